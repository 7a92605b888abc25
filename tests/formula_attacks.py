"""Texts that are no formulas: escapes from evaluators, and resource bombs. Each must be refused, and soon."""

import builtins
import keyword

OFFERED = {"abs", "max", "min"}  # builtins that are also functions of formulas

ESCAPES = """
().__class__
().__class__.__mro__[1]
().__class__.__mro__[1].__name__
().__class__.__base__.__subclasses__()
().__class__.__bases__[0].__subclasses__()[40]('/etc/passwd').read()
''.__class__.__mro__[2].__subclasses__()
"".__class__.__base__.__subclasses__()
[].__class__.__base__.__subclasses__()
{}.__class__.__base__.__subclasses__()
(1).__class__
(1).__class__.__base__
1 .__class__
y.__class__
y.__init__.__globals__
y.__init__.__globals__['os']
y.func.__globals__
y.subs(y, 1)
y.evalf()
exp.__class__
exp.__globals__
exp.__code__
log.__self__
log(y).__class__
log(y).func
(y).real
(y+1).is_number
y.free_symbols
y._sympy_()
__import__('os')
__import__('os').system('id')
__import__("os").system("id")
__import__('subprocess').check_output(['id'])
__builtins__
__builtins__['eval']
__builtins__.__import__
eval('1')
eval("__import__('os')")
exec('import os')
exec("import os")
compile('1','','eval')
open('/etc/passwd')
open('/etc/passwd').read()
input()
breakpoint()
help()
exit()
quit()
globals()
globals()['__builtins__']
locals()
vars()
dir()
getattr(y, '__class__')
setattr(y, 'a', 1)
delattr(y, 'a')
type(y)
type('X', (), {})
type.mro(int)
object.__subclasses__()
(lambda: 0)()
(lambda x: x)(y)
lambda: y
lambda y: y
(lambda f: f(f))(lambda f: f(f))
[x for x in (1, 2)]
[x for x in ().__class__.__base__.__subclasses__()]
(x for x in y)
{x for x in y}
{x: x for x in y}
[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'Popen']
next(iter(y))
(y := 1)
(y := eval)
y := 1
f'{y}'
f"{y}"
f'{y.__class__}'
f'{().__class__}'
f"{__import__('os').getcwd()}"
'%s' % y
'a' * 10**9
"a"*10**9
b'a'
u'a'
r'a'
'''a'''
'{}'.format(y)
'{0.__class__}'.format(y)
"{0.__init__.__globals__}".format(y)
''.join(y)
y[0]
y[0:1]
y[...]
y['__class__']
[y][0]
(y,)[0]
{'a': y}['a']
{y}
{}
[]
[1, 2, 3]
[[]] * 10**9
(y, p)
y, p
()
...
None
True
False
NotImplemented
Ellipsis
__debug__
__name__
__file__
__doc__
_
__
_y
y__
y__class__
a__b
*y
**y
log(*y)
log(**y)
log(y, *p)
log(x=y)
log(y, y=1)
log(y for y in p)
log(lambda: y)
log([y])
log({y})
log('y')
log((y, p))
log(y)(p)
log(y)[0]
log()
log(y, p)
log
exp
where
where(y, 1, 2)
where(1, 2, 3)
where(y > 0)
where(y > 0, 1)
where(y > 0 > p, 1, 2)
where(y != 0, 1, 2)
where(y is p, 1, 2)
where(y in p, 1, 2)
where(not y, 1, 2)
where(y > 0 and p > 0, 1, 2)
where(y > 0 or p > 0, 1, 2)
where((y > 0) & (p > 0), 1, 2)
where(lambda: 1, 1, 2)
y > 0
y < p < z
y == p
y != p
y is p
y is not p
y in p
y not in p
not y
y and p
y or p
y if p else z
1 if True else 2
~y
y // p
y % p
y @ p
y & p
y | p
y ^ p
y << 1
y >> 1
1 << 10**9
y = 1
y += 1
y == 1
y; p
y;import os
y\\
\\x41
y.
.y
y..p
1..real
1.real
1.0.real
y'
y"
y`p`
`y`
$y
y$
@y
#y
y # comment
y ! p
!y
y?
?y
y -> p
y => p
y :: p
y <> p
import os
from os import path
del y
pass
return y
yield y
(yield y)
(yield)
await y
(await y)
async y
raise y
assert y
global y
nonlocal y
def f(): pass
class A: pass
with y: pass
while 1: pass
for x in y: pass
try: pass
if y: p
print(y)
print y
exec "1"
sympify(y)
S(y)
Symbol(y)
Lambda(y, y)
Function(y)
Integral(y, y)
Sum(y, y)
Derivative(y, y)
solve(y)
simplify(y)
parse_expr(y)
lambdify(y, y)
factorial(y)
gamma(y)
binomial(y, p)
oo
zoo + nan()
I()
np.exp(y)
math.exp(y)
os.system(y)
sys.exit(y)
torch.load(y)
pickle.loads(y)
y(p)
y(1)
(y)(p)
1(2)
2(y)
(y p)
y p
y 1
1 y
2y
2 y
yp(
)y
(y
y)
((y)
log(y
log y
log(y))
y +
+ * y
y ** ** p
* y
y */ p
1e
1e+
1.2.3
0x41
0b101
0o17
0777x
1_000
1__0
1j
1.5j
1e5j
1l
1if y else p
1or y
0_7
nan(y)
inf(y)
""".strip("\n").splitlines()

BOMBS = [
    "9**9**9",
    "9**9**9**9",
    "9**(9**9)",
    "(9**9)**(9**9)",
    "9**99",
    "9**999999999",
    "y**65",
    "y**-65",
    "y**1000000",
    "y**(10**9)",
    "y**(9*9*9)",
    "y**(64 + 1)",
    "(y**64)**64",
    "((y**9)**9)**9",
    "((9**64)**64)**64",
    "(9**64)**2",
    "2**(10**9 + y)",
    "y**0.5",
    "y**(1/2)",
    "y**pi",
    "y**log(p)",
    "y**y**y**y",
    "p**(y**2)",
    "(a+b+c+d+f+g)**20",
    "((a+b)*(c+d)*(f+g))**12",
    "*".join(["(a+b)"] * 20),
    "exp(exp(exp(y)))",
    "exp(exp(exp(exp(y))))",
    "exp(softplus(exp(exp(y))))",
    "expm1(exp(exp(y)))",
    "exp(exp(p**y))",
    "sigmoid(exp(exp(y)))",
    "exp(exp(9))",
    "exp(exp(exp(9)))",
    "(y+z+1)**64",
    "((y+1)*(z+1))**32",
    "log((z+1)**64*(y+1)**64)",
    "(sqrt(2)+sqrt(3)+sqrt(5)+sqrt(7))**16*y*z",
    "lgamma(9999)*y*z",
    "lgamma(9999/2)*y*z",
    "lbeta(9999,9999)*y*z",
    "digamma(1/199)*y*z",
    "lgamma(1000000)",
    "lgamma(99999999999)",
    "digamma(100000)",
    "trigamma(100000)",
    "lbeta(1000000, 1000000)",
    "lgamma(exp(9))",
    "floor(exp(exp(9)))",
    "sqrt(exp(exp(9)))",
    "abs(exp(exp(9)))",
    "1e999",
    "1e999999999",
    "1e-999999999",
    "9" * 100,
    "9" * 1900,
    "0." + "0" * 1000 + "1",
    "y*" + "9" * 31,
    "(" * 300 + "y" + ")" * 300,
    "(" * 900 + "y" + ")" * 900,
    "(" * 1999,
    "-" * 1990 + "y",
    "+" * 1990 + "y",
    "--" * 200 + "y",
    "+".join("y" * 900),
    "*".join("y" * 900),
    "-".join("y" * 900),
    "y" * 2000,
    "y" * 31,
    "y" * 10_000_000,
    "(" * 1_000_000,
    "log(" * 100 + "y" + ")" * 100,
    "sqrt(" * 13 + "y" + ")" * 13,
    "abs(" * 9 + "y" + ")" * 9,
    "maximum(y, " * 9 + "p" + ")" * 9,
    "where(y>0, p, " * 9 + "y" + ")" * 9,
    "log(1+exp(" * 60 + "y" + "))" * 60,
    "+".join(["abs(y)"] * 20),
    " " * 2001,
    " " * 1999,
    "",
    "\n",
    "y" + " " * 2000,
]

BUILTINS = [f"{name}(y)" for name in dir(builtins) if name not in OFFERED]
KEYWORDS = [f"{word} y" for word in keyword.kwlist] + [f"y {word} p" for word in keyword.kwlist]
_DUNDER_NAMES = """
class mro base bases subclasses init new globals code closure dict doc module name qualname self func getattribute
setattr delattr reduce reduce_ex sizeof dir call enter exit iter next get set del import loader spec builtins builtin
file path package annotations wrapped weakref slots hash eq format str repr
"""
DUNDERS = [f"y.__{name}__" for name in _DUNDER_NAMES.split()]
CONTROLS = [f"y{chr(code)}" for code in [*range(9), *range(11, 32), *range(127, 161), 0x200B, 0x202E, 0x2028, 0xFEFF]]
# Python's parser reads these as the ASCII names they look like (NFKC): they must not get that far.
LOOK_ALIKES = [
    "".join(chr(ord(letter) + 0xFEE0) for letter in word) + rest
    for word, rest in [("exp", "(y)"), ("eval", "(y)"), ("y", ""), ("log", "(y)"), ("open", "(y)"), ("p", "+1")]
] + [
    "__ｉmport__(y)", "_\uff3fclass__", "y.\uff3f_class__", "𝑒𝑥𝑝(y)", "𝐥𝐨𝐠(y)", "𝘆", "ｙ", "уz", "р", "ѕqrt(y)",
    "еxp(y)", "lоg(y)", "ﬁ", "ª", "º", "ℯxp(y)", "ℓog(y)", "y²", "y₁", "½", "٣", "１+y", "y−1", "y×p", "y·p",
    "y÷p", "√y", "∞", "π", "μ", "µ", "y‐p", "y—p", "（y）", "y，p", "y．real", "y\u0301", "ẏ", "\u202eexp(y)",
    "y\u200dz", "ſqrt(y)", "K", "Å",
]  # fmt: skip

ATTACKS = list(dict.fromkeys(ESCAPES + BOMBS + BUILTINS + KEYWORDS + DUNDERS + CONTROLS + LOOK_ALIKES))
