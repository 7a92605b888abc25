"""Kernels as machine code that needs no compiler: Numba makes it once, llvmlite alone loads it again.

Numba's own disk cache needs Numba, whose start takes most of a second. What is kept here is the object file of one
function, `entry(words)`: it is handed the addresses of NumPy's array objects and plain numbers, in one block of memory,
and finds the data itself. An object file is trusted as the folder is that it lies in; its hash only guards against a
damaged disk. Code that calls functions of Numba's own (a user's formula may) is marked, and Numba started before it.
"""

from __future__ import annotations

import ctypes
import hashlib
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

from crossent import errors

SYMBOL = "crossent_kernel"
HASH = 32  # bytes in front of what is kept
ALONE, WITH_NUMBA = b"\0", b"\1"  # the first byte of code: whether it can be loaded without Numba
_NOWHERE = ctypes.create_string_buffer(16)  # Numba's functions write their result, None, and perhaps an exception
_engines: list[Any] = []  # they own the loaded code


class Kernel:
    """A function with an address. `kinds` has for each argument "a", an array, or "d", a float64."""

    def __init__(self, name: str, code: bytes, kinds: str) -> None:
        self.address = _load(code)
        self.call = _caller(name, self.address, kinds)


def kept(code: bytes) -> bytes:
    """What is written to disk."""
    return hashlib.sha256(code).digest() + code


def restored(content: bytes) -> bytes | None:
    """The code of what was written to disk; None if it is damaged."""
    code = content[HASH:]
    return code if code and hashlib.sha256(code).digest() == content[:HASH] else None


def compiled(entry: Any) -> bytes:
    """The object file of a function that Numba has compiled: itself and what it calls, and nothing else."""
    import llvmlite.binding as llvm

    (result,) = entry.overloads.values()
    library, wanted = result.library, result.fndesc.llvm_func_name
    module = library._final_module.clone()
    names = [item.name for item in module.functions]
    if "NRT_MemInfo_call_dtor" in names and not any("lloc" in name for name in names):
        # the end of an array that Numba owns: here nothing allocates one, all belong to NumPy
        module.link_in(llvm.parse_assembly("define void @NRT_MemInfo_call_dtor(ptr %owner) { ret void }"))
    for item in (*module.functions, *module.global_variables):
        if item.name == wanted:
            item.name = SYMBOL
        elif not item.is_declaration:
            item.linkage = "internal"
    machine = library._codegen._tm
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.add_strip_dead_prototype_pass()
    passes.run(module, builder)
    missing = [item.name for item in (*module.functions, *module.global_variables) if item.is_declaration]
    foreign = [name for name in missing if name.startswith(("numba_", "NRT_", "Py"))]
    return (WITH_NUMBA if foreign else ALONE) + machine.emit_object(module)


@cache
def _machine() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_triple(llvm.get_process_triple())


def _load(code: bytes) -> int:
    import llvmlite.binding as llvm

    if code[:1] == WITH_NUMBA:
        from numba.core.registry import cpu_target

        cpu_target.target_context.refresh()  # tells LLVM the addresses of Numba's functions
    empty = llvm.parse_assembly("")
    empty.triple = llvm.get_process_triple()
    engine = llvm.create_mcjit_compiler(empty, _machine().create_target_machine(jit=True))
    engine.add_object_file(llvm.ObjectFileRef.from_data(code[1:]))
    engine.finalize_object()
    _engines.append(engine)
    return engine.get_function_address(SYMBOL)


def announce(symbol: str, address: int) -> None:
    """Let code that is loaded later find this address by its name."""
    import llvmlite.binding as llvm

    llvm.add_symbol(symbol, address)


def _caller(name: str, address: int, kinds: str) -> Callable[..., None]:
    native = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(address)
    pack = struct.Struct(kinds.replace("a", "q")).pack
    nowhere = ctypes.addressof(_NOWHERE)
    if "d" not in kinds:

        def run(*arrays: Any) -> None:
            if native(nowhere, nowhere, pack(*map(id, arrays))):
                raise errors.formula_raised(name)

    else:

        def run(*arguments: Any) -> None:
            words = (id(value) if kind == "a" else value for kind, value in zip(kinds, arguments, strict=True))
            if native(nowhere, nowhere, pack(*words)):
                raise errors.formula_raised(name)

    return run
