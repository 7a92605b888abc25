// The functions that a formula may use, in float64: what crossent.vocabulary is to NumPy and to the compiled kernels.
// Each keeps the digits it exists for; tests hold every one of them to the exact reading.
"use strict";

const V = (() => {
  const { abs, exp, expm1, floor, log, log1p, sqrt } = Math;
  const HALF_LOG_TWO_PI = 0.9189385332046728;

  // --- exact sums and products: a + b and a b as the rounded result and what the rounding lost ---------------------
  function twoSum(a, b) {
    const sum = a + b;
    const back = sum - a;
    return [sum, a - (sum - back) + (b - back)];
  }
  function split(a) {
    const shifted = 134217729 * a; // 2^27 + 1
    const high = shifted - (shifted - a);
    return [high, a - high];
  }
  function twoProduct(a, b) {
    const product = a * b;
    const [aHigh, aLow] = split(a);
    const [bHigh, bLow] = split(b);
    const lost = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
    return [product, Number.isFinite(lost) ? lost : 0];
  }
  function multiply_add(a, b, c) {
    const [product, lost] = twoProduct(a, b);
    const [sum, rest] = twoSum(product, c);
    return Number.isFinite(sum) ? sum + (lost + rest) : product + c;
  }

  // --- elementary --------------------------------------------------------------------------------------------------
  const maximum = (a, b) => Math.max(a, b);
  const minimum = (a, b) => Math.min(a, b);
  const is_zero = (x) => x === 0;
  const where = (condition, chosen, otherwise) => (condition ? chosen : otherwise);
  const times = (weight, term) => (weight === 0 && !Number.isNaN(term) ? 0 : weight * term);
  const xlogy = (x, y) => times(x, log(y));
  const xlog1py = (x, y) => times(x, log1p(y));
  function exp_difference(a, b) {
    const [difference, lost] = twoSum(a, -b);
    const power = exp(difference);
    return Number.isFinite(lost) ? power + power * lost : power;
  }
  function logsumexp(...values) {
    const most = Math.max(...values);
    if (!Number.isFinite(most)) return most;
    let others = 0;
    const at = values.indexOf(most);
    values.forEach((value, j) => { if (j !== at) others += exp(value - most); });
    return most + log1p(others);
  }

  // --- logistic ----------------------------------------------------------------------------------------------------
  const softplus = (x) => Math.max(x, 0) + log1p(exp(-abs(x)));
  const log_sigmoid = (x) => -softplus(-x);
  const sigmoid = (x) => (x >= 0 ? 1 : exp(x)) / (1 + exp(-abs(x)));
  const sigmoid_slope = (x) => sigmoid(-abs(x)) * sigmoid(abs(x));
  const softplus_mixture = (y, x) => times(x < 0 ? y : 1 - y, abs(x)) + log1p(exp(-abs(x)));
  const sigmoid_residual = (y, x) => (x < 0 ? sigmoid(x) - y : 1 - y - sigmoid(-x));
  const log1mexp = (x) => (x < Math.LN2 ? log(-expm1(-x)) : log1p(-exp(-x)));

  // --- divergences: log(1 + t) - t without its cancellation --------------------------------------------------------
  // with u = t/(2 + t), log(1 + t) = 2 (u + u^3/3 + ...) and t - 2u = t u, so log(1 + t) - t = 2 (u^3/3 + ...) - t u
  function log1pmx(t) {
    if (!(t > -0.4 && t < 0.7)) return log1p(t) - t;
    const u = t / (2 + t);
    let rest = 0;
    for (let k = 35; k >= 3; k -= 2) rest = rest * u * u + 1 / k;
    return 2 * rest * u * u * u - t * u;
  }
  function kl_div(x, m, d) {
    if (x === 0) return m;
    if (x === m) return -d;
    if (m === 0 || m === Infinity) return Infinity;
    const t = -d / x;
    return t > -0.4 && t < 0.7 ? -x * log1pmx(t) : x * log(x / m) - d;
  }

  // --- gamma: what Stirling's formula leaves, from its asymptotic series above 12 and by steps of 1 below -----------
  const BINET = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];
  const DIGAMMA = [-1 / 12, 1 / 120, -1 / 252, 1 / 240, -1 / 132, 691 / 32760, -1 / 12, 3617 / 8160];
  const TRIGAMMA = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];
  const FAR = 12;
  function series(coefficients, x) {
    const inverse = 1 / x;
    return coefficients.reduceRight((sum, c) => sum * inverse * inverse + c, 0);
  }
  // the sum of u^k weight(k) over even k >= 2, u = 1/(2x + 1) <= 1/2
  function powers(u, weight) {
    let sum = 0;
    for (let k = 60; k >= 2; k -= 2) sum = (sum + weight(k)) * u * u;
    return sum;
  }
  function binet(x) {
    if (x === 0) return Infinity;
    let sum = 0;
    for (; x < FAR; x += 1) {
      if (x < 0.5) sum += (x + 0.5) * (log1p(x) - log(x)) - 1;
      else sum += powers(1 / (2 * x + 1), (k) => 1 / (k + 1));
    }
    return sum + series(BINET, x) / x;
  }
  function digamma_rest(x) {
    if (x === 0) return -Infinity;
    let sum = 0;
    for (; x < FAR; x += 1) {
      if (x < 0.5) sum += log1p(x) - log(x) - (0.5 / x + 0.5 / (x + 1));
      else sum -= powers(1 / (2 * x + 1), (k) => 2 * k / (k + 1)) / (2 * x + 1);
    }
    return sum + series(DIGAMMA, x) / x / x;
  }
  function trigamma_rest(x) {
    if (x === 0) return Infinity;
    let sum = 0;
    for (; x < FAR; x += 1) {
      const step = 1 / x / (x + 1);
      sum += (step * step) / 2;
    }
    return sum + series(TRIGAMMA, x) / x / x / x;
  }
  // log gamma(2 + t) = (1 - euler) t + the sum over k >= 2 of (-1)^k (zeta(k) - 1)/k t^k
  const AROUND_TWO = [
    0.42278433509846713, 0.3224670334241132, -0.0673523010531981, 0.020580808427784546, -0.007385551028673986,
    0.0028905103307415234, -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939,
    9.945751278180853e-05, -4.492623673813314e-05, 2.050721277567069e-05, -9.439488275268397e-06,
    4.374866789907488e-06, -2.039215753801366e-06, 9.55141213040742e-07, -4.492469198764566e-07,
    2.1207184805554665e-07, -1.0043224823968099e-07, 4.7698101693639804e-08, -2.2711094608943164e-08,
    1.0838659214896955e-08, -5.183475041970047e-09, 2.4836745438024785e-09, -1.1921401405860912e-09,
    5.731367241678862e-10, -2.7595228851242334e-10, 1.330476437424449e-10, -6.4229645638381e-11,
    3.1044247747322276e-11, -1.5021384080754142e-11, 7.275974480239079e-12,
  ];
  const aroundTwo = (t) => AROUND_TWO.reduceRight((sum, c) => sum * t + c, 0) * t;
  function lgamma(x) {
    if (x === 0 || x === Infinity) return Infinity;
    if (x < 0.5) return aroundTwo(x) - log1p(x) - log(x);
    if (x < 1.5) return aroundTwo(x - 1) - log1p(x - 1);
    if (x < 2.5) return aroundTwo(x - 2);
    return (x - 0.5) * log(x) - x + (HALF_LOG_TWO_PI + binet(x));
  }
  function digamma(x) {
    if (x === 0) return -Infinity;
    let sum = 0;
    for (; x < 1; x += 1) sum -= 1 / x;
    return sum + (log(x) - 0.5 / x + digamma_rest(x));
  }
  const trigamma = (x) => (x === 0 ? Infinity : 1 / x + 0.5 / x / x + trigamma_rest(x));
  function lbeta(a, b) {
    const [less, more] = a < b ? [a, b] : [b, a];
    const share = less / (less + more);
    if (less >= 1) {
      const rests = binet(less) + (binet(more) - binet(less + more));
      return less * log(share) + more * log1p(-share) + (log(1 / less + 1 / more) / 2 + HALF_LOG_TWO_PI + rests);
    }
    if (more < 8) return lgamma(less) + (lgamma(more) - lgamma(less + more));
    // log gamma(more) - log gamma(more + less), both large, without their difference
    const gap = log1p(less / more);
    return lgamma(less) - less * (log(more) - 1) - (more + less - 0.5) * gap + (binet(more) - binet(less + more));
  }

  // --- the normal distribution: Mills' ratio (1 - Phi(t))/phi(t) = 1/(t + 1/(t + 2/(t + 3/...))), by a series below 1 -
  function normal_density(t) {
    const [square, lost] = twoProduct(t, t);
    return t > 40 ? 0 : (exp(-square / 2) * (1 - lost / 2) * 0.3989422804014327);
  }
  function mills(t) { // the ratio m, and 1 - t m
    if (t < 1) {
      let sum = 0;
      for (let k = 41; k >= 3; k -= 2) sum = ((1 + sum) * t * t) / k;
      const ratio = 0.5 / normal_density(t) - t * (1 + sum);
      return [ratio, 1 - t * ratio];
    }
    if (t === Infinity) return [0, 0];
    let rest = 0;
    for (let k = 300; k >= 2; k -= 1) rest = k / (t + rest);
    const next = 1 / (t + rest);
    return [1 / (t + next), next / (t + next)];
  }
  const tail = (t) => (t > 40 ? 0 : normal_density(t) * mills(t)[0]);
  const ndtr = (x) => (x > 0 ? 1 - tail(x) : tail(-x));
  const log_ndtr = (x) => (x > 0 ? log1p(-tail(x)) : -x > 1e150 ? -x * x / 2 : log(mills(-x)[0]) - x * x / 2 - HALF_LOG_TWO_PI);
  const inverse_mills_ratio = (x) => (x > 0 ? normal_density(x) / (1 - tail(x)) : 1 / mills(-x)[0]);
  function inverse_mills_slope(x) {
    const ratio = inverse_mills_ratio(x);
    if (x > 0) return x > 40 ? 0 : ratio * (ratio + x);
    return -x > 1e100 ? 1 : mills(-x)[1] * ratio * ratio;
  }

  // --- rows of classes ---------------------------------------------------------------------------------------------
  const each = (row, value) => Array.from(row, (_, j) => value(j));
  const total = (row) => row.reduce((sum, value) => sum + value, 0);
  const own = (row, y) => row[y];
  const number_of_classes = (row) => row.length;

  return {
    abs, binet, digamma, digamma_rest, each, exp, exp_difference, expm1, floor, inverse_mills_ratio, inverse_mills_slope, is_zero,
    kl_div, lbeta, lgamma, log, log1mexp, log1p, log1pmx, log_ndtr, log_sigmoid, logsumexp, maximum, minimum,
    multiply_add, ndtr, number_of_classes, own, sigmoid, sigmoid_residual, sigmoid_slope, softplus, softplus_mixture, sqrt, times, total, trigamma, trigamma_rest, where,
    xlog1py, xlogy,
  };
})();
