(() => {
  const PREDICTED = {
    2: [[0.2, 0.8], [0.7, 0.3], [0.4, 0.6], [0.95, 0.05]],
    3: [[0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.25, 0.5, 0.25], [0.05, 0.05, 0.9]],
  };
  const NAMES = { 2: ["no", "yes"], 3: ["cat", "dog", "owl"] };
  const happened = { 2: [1, 0, 1, 0], 3: [2, 0, 1, 2] };
  const sumSign = (letter) => `Σ${letter}`;
  let shape = 0;
  let cells = [];

  function build(place, classes, again) {
    const table = document.createElement("table");
    table.className = "grid";
    const caption = table.createCaption();
    caption.className = "hidden";
    caption.textContent = "Rows and classes: each cell has the truth q, the prediction p and the term minus q log p";
    const head = table.createTHead().insertRow();
    const titles = ["row", ...NAMES[classes], `loss: ${sumSign("ⱼ")}`];
    for (const title of titles) {
      const th = document.createElement("th");
      th.scope = "col";
      th.textContent = title;
      head.append(th);
    }
    const body = table.createTBody();
    cells = PREDICTED[classes].map((predicted, i) => {
      const line = body.insertRow();
      const th = document.createElement("th");
      th.scope = "row";
      th.textContent = String(i + 1);
      line.append(th);
      const buttons = predicted.map((p_j, j) => {
        const cell = line.insertCell();
        const button = document.createElement("button");
        button.type = "button";
        button.innerHTML = `<span class="q"></span> <span class="p">p ${p_j}</span><span class="term" data-number="term_${i}_${j}"></span>`;
        button.addEventListener("click", () => { happened[classes][i] = j; again(); });
        cell.append(button);
        return { cell, button };
      });
      const sum = line.insertCell();
      sum.className = "sum";
      sum.dataset.number = `loss_${i}`;
      return { buttons, sum };
    });
    const foot = table.createTFoot().insertRow();
    foot.insertCell().className = "blank";
    const blank = foot.insertCell();
    blank.colSpan = classes;
    blank.className = "blank";
    blank.textContent = `mean over the rows, ${sumSign("ᵢ")} / 4`;
    const mean = foot.insertCell();
    mean.className = "sum";
    mean.dataset.number = "mean";
    cells.mean = mean;
    place.replaceChildren(table);
  }

  PAGE.section("which_sum", ({ sum, row, classes }, see) => {
    if (shape !== classes) {
      build(see.find("#grid"), classes, see.again);
      shape = classes;
    }
    const at = row - 1;
    const losses = PREDICTED[classes].map((p, i) => {
      const q = p.map((_, j) => Number(happened[classes][i] === j));
      p.forEach((p_j, j) => {
        const { cell, button } = cells[i].buttons[j];
        see.number(`term_${i}_${j}`, F.term(q[j], p_j));
        button.setAttribute("aria-pressed", String(q[j] === 1));
        button.setAttribute("aria-label", `row ${i + 1}, ${NAMES[classes][j]}: q ${q[j]}, p ${p_j}`);
        button.querySelector(".q").textContent = `q ${q[j]}`;
        cell.className = sum === "both" || (sum === "classes" && i === at) ? "lit" : "dim";
      });
      const loss = F.ce(q, p);
      see.number(`loss_${i}`, loss);
      cells[i].sum.className = `sum ${sum !== "classes" || i === at ? "lit" : "dim"}`;
      return loss;
    });
    const mean = F.mean(losses);
    see.number("mean", mean);
    cells.mean.className = `sum ${sum === "classes" ? "dim" : "lit"}`;
    if (sum === "classes") {
      const terms = PREDICTED[classes][at].map((p_j, j) => F.term(Number(happened[classes][at] === j), p_j));
      see.text("which", `−Σⱼ qⱼ log pⱼ: across the classes of row ${row}`);
      see.text("sum", `${terms.map(PAGE.written).join(" + ")} =`);
      see.number("sum", losses[at]);
      return classes === 2
        ? "The sum over two classes is exactly what the bracket [ y log p + (1 − y) log(1 − p) ] writes out. The binary formula has no Σ over classes left because both terms are already there."
        : "With three classes the bracket would need three terms. The cross-entropy writes them as a sum over j; all but one are multiplied by 0.";
    }
    see.text("which", sum === "rows" ? "(1/n) Σᵢ lossᵢ: down the rows" : "−(1/n) Σᵢ Σⱼ qᵢⱼ log pᵢⱼ: across, then down");
    see.text("sum", `(${losses.map(PAGE.written).join(" + ")}) / 4 =`);
    see.number("sum", mean);
    return sum === "rows"
      ? "This Σ, over rows i, belongs to neither formula: it averages the losses of many rows, whatever the loss is. It is usually written before the binary one and left out before the other."
      : "Written in full, both have both sums: inside a row over classes, then over the rows.";
  });
})();
