"""On-device quantization against PyTorch's own: the methods that are made, and the numbers."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import numpy as np
import pytest

import qfin

from ..on_device import Network

torch: Any = pytest.importorskip("torch")


def quantized_by_torch(network: Network) -> Any:
    """The network in TorchScript, behind `_jit_pass_quant_finalize_for_ondevice_ptq`."""
    observer = importlib.import_module("torch.ao.quantization.observer")
    quantize_jit = importlib.import_module("torch.ao.quantization.quantize_jit")
    qconfig = importlib.import_module("torch.ao.quantization.qconfig")
    layers: list[Any] = []
    for i, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight))
            if bias is not None:
                linear.bias.copy_(torch.from_numpy(bias))
        layers += [torch.nn.ReLU(), linear] if i else [linear]
    if network.per_channel:
        kind, scheme = observer.PerChannelMinMaxObserver, torch.per_channel_symmetric
    else:
        kind, scheme = observer.MinMaxObserver, torch.per_tensor_symmetric
    config = qconfig.QConfig(
        activation=observer.default_observer,
        weight=kind.with_args(dtype=torch.qint8, qscheme=scheme, quant_min=-127, quant_max=127),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # all of it is deprecated
        script = torch.jit.script(torch.nn.Sequential(*layers).eval())
        return quantize_jit._quantize_ondevice_dynamic_jit(script, {"": config}, "forward")


@pytest.mark.usefixtures("fbgemm")
@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_same_numbers(seed: int, per_channel: bool):
    network = Network.random(seed, per_channel=per_channel, layers=2)
    theirs = quantized_by_torch(network)
    ours, state = qfin.finalize_on_device_ptq(network.on_device()), qfin.State()
    x = network.input(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for function in ("reset_observers_forward", "observe_forward", "quantize_forward"):
            method = getattr(theirs, function)
            method(*([torch.from_numpy(x)] if function != "reset_observers_forward" else []))
            qfin.interpret(ours, [x], function=function, state=state)
        for name in (n for n in state.values if "_packed_" in n):
            assert f'prim::GetAttr[name="{name}"]' in str(theirs.quantized_forward.graph)
        for turn in range(3):
            x = network.input(turn)
            (result,) = qfin.interpret(
                ours, [x], function="quantized_forward", state=state
            ).values()
            expected = theirs.quantized_forward(torch.from_numpy(x)).numpy()
            np.testing.assert_array_equal(result, expected)
