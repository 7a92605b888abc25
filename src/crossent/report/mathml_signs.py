"""The commands of LaTeX that are letters, signs or words, and what MathML writes for them."""

from __future__ import annotations

GREEK = {
    name: letter
    for names, letters in (
        ("alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa", "αβγδϵεζηθϑικ"),
        ("lambda mu nu xi pi rho sigma tau upsilon phi varphi chi psi omega", "λμνξπρστυϕφχψω"),
        ("Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega", "ΓΔΘΛΞΠΣΥΦΨΩ"),
        ("ell partial nabla infty emptyset", "ℓ∂∇∞∅"),
    )
    for name, letter in zip(names.split(), letters, strict=True)
}
SIGNS = {
    "cdot": "·", "times": "×", "pm": "±", "mp": "∓", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠",
    "neq": "≠", "approx": "≈", "equiv": "≡", "sim": "∼", "propto": "∝", "in": "∈", "notin": "∉", "to": "→",
    "rightarrow": "→", "Rightarrow": "⇒", "implies": "⇒", "iff": "⇔", "mapsto": "↦", "mid": "∣", "Vert": "‖",
    "vert": "|", "parallel": "∥", "ldots": "…", "dots": "…", "cdots": "⋯", "colon": ":", "lbrace": "{", "rbrace": "}",
    "lfloor": "⌊", "rfloor": "⌋", "langle": "⟨", "rangle": "⟩", "lvert": "|", "rvert": "|", "wedge": "∧", "vee": "∨",
    "cup": "∪", "cap": "∩", "subset": "⊂", "subseteq": "⊆", "forall": "∀", "exists": "∃", "neg": "¬", "star": "⋆",
    "ast": "∗", "circ": "∘", "setminus": "∖", "lt": "<", "gt": ">",
}  # fmt: skip
LARGE = {"sum": "∑", "prod": "∏", "int": "∫", "bigcup": "⋃"}
NAMES = ("log", "ln", "exp", "min", "max", "sup", "inf", "lim", "arg", "argmin", "argmax", "det", "tanh", "cosh", "Pr")
LIMITS = (*LARGE, "min", "max", "sup", "inf", "lim", "argmin", "argmax", "operatorname*")
SPACES = {",": "0.17", ":": "0.22", ";": "0.28", " ": "0.25", "quad": "1", "qquad": "2", "!": "-0.17"}
ACCENTS = {"hat": "^", "widehat": "^", "bar": "¯", "overline": "¯", "tilde": "~", "vec": "→"}
TEXTS = ("text", "mathrm", "operatorname", "operatorname*", "textrm", "mbox", "textbf", "mathsf", "mathtt")
STYLED = ("mathbf", "boldsymbol", "mathbb", "mathcal", "mathit")
DOUBLE = {"E": "𝔼", "R": "ℝ", "P": "ℙ", "N": "ℕ"}
NOTHING = ("displaystyle", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "limits", "nolimits", "middle")
OPERATORS = "+-=<>,;:!|()[]/*.'"
WRITTEN = {"-": "\u2212", "*": "∗", "'": "′"}
FENCES = {".": "", "\\{": "{", "\\}": "}", "\\|": "‖", "\\lfloor": "⌊", "\\rfloor": "⌋", "\\vert": "|", "\\Vert": "‖"}
