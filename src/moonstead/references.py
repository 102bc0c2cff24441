"""Named tuples of arrays handed from kernel to kernel by reference.

A call between kernels hands on all that a tuple is made of, two hundred numbers here, and each
costs the compiler and the call (measured: half of the time to compile). A reference is one number;
a field is read where it is used. So loops use local names for the fields they use: what a loop
writes might be the tuple for all that the compiler knows.
"""

from typing import Any

from numba.core import cgutils as _cgutils
from numba.core import types
from numba.core.imputils import lower_getattr_generic as _lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, models, register_model

# They have no types.
cgutils: Any = _cgutils
lower_getattr_generic: Any = _lower_getattr_generic


class Reference(types.Type):
    """The type of a reference to a named tuple; ``dtype`` is that of the tuple."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Reference({dtype})")


register_model(Reference)(models.PointerModel)


@infer_getattr
class _Fields(AttributeTemplate):
    key = Reference

    def generic_resolve(self, value: Any, attr: Any) -> Any:  # type: ignore[override]
        fields = value.dtype.fields
        return value.dtype.types[fields.index(attr)] if attr in fields else None


def _field(_context: Any, builder: Any, reference: Any, value: Any, name: str) -> Any:
    place = reference.dtype.fields.index(name)
    return builder.load(cgutils.gep_inbounds(builder, value, 0, place))


lower_getattr_generic(Reference)(_field)


def _referred(_typing_context: Any, value: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return cgutils.alloca_once_value(builder, arguments[0])

    return Reference(value)(value), generate


referred: Any = intrinsic(_referred)
"""In a kernel, make a reference to a named tuple; it is good until that kernel returns."""
