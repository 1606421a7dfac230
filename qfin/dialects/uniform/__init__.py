"""`!quant.uniform`, a type of the `quant` dialect that all our dialects know.

It stands apart from the rest of that dialect, whose fused ops build on `nn`, which builds on this.
"""

from qfin.dialects.uniform.type import UniformType

__all__ = ["UniformType"]
