#!/usr/bin/env python3
"""QDrop on a CIFAR-10 ResNet-20 in eager PyTorch: what QDrop for .NET is timed against.

Written as the public Python implementations are, one eager tensor operation after the other: ranges by trying every candidate on the whole
tensor (arXiv 2203.05740: least mean |error|^2.4, activations on 256 inputs with float weights), then unit by unit learned rounding and learned
activation scales on cached inputs. `benchmarks/QDrop.Benchmarks` starts it, with the same weights, inputs and settings as its own run:

    python3 yardstick.py --weights resnet20.safetensors --inputs inputs.f32 --w 2 --a 4 --drop 0.5 --iterations 200 --threads 2

`--inputs` holds preprocessed images, [N, 3, 32, 32] float32, row-major, without a header. Prints one line of JSON: seconds of the range search, the
mean error that each range leaves, iterations a second of each unit, seconds of reconstruction and the greatest resident memory in bytes.
"""
import argparse
import json
import resource
import time

import numpy
import torch
from torch.nn import functional

EXPONENT = 2.4


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", required=True)
    parser.add_argument("--inputs", required=True)
    parser.add_argument("--w", type=int, default=2)
    parser.add_argument("--a", type=int, default=4)
    parser.add_argument("--drop", type=float, default=0.5)
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def load_weights(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(data[begin:end], dtype=torch.float32).reshape(entry["shape"])
    return tensors


def load_inputs(path):
    return torch.from_numpy(numpy.fromfile(path, dtype=numpy.float32)).reshape(-1, 3, 32, 32)


def grid(low, high, top):
    """Scale and zero point of the levels 0 to top over a range that is widened to contain 0."""
    low, high = low.clamp(max=0), high.clamp(min=0)
    scale = ((high - low) / top).clamp(min=1e-8)
    return scale, (-(low / scale).round()).clamp(0, top)


def search(rows, bits):
    """For each row the range of least mean |error|^2.4, among 100 widths and, where both signs occur, every zero point."""
    top = 2 ** bits - 1
    least, greatest = rows.min(1).values, rows.max(1).values
    one_sided = bool((rows >= 0).all())
    whole = greatest if one_sided else greatest.clamp(min=0) - least.clamp(max=0)
    best_error = torch.full_like(whole, float("inf"))
    best_low, best_high = least, greatest
    for step in range(1, 101):
        width = whole * (step / 100)
        for zero in range(1 if one_sided else top + 1):
            low = width * (-zero / top)
            scale, zero_point = grid(low, low + width, top)
            levels = torch.clamp(torch.round(rows / scale[:, None]) + zero_point[:, None], 0, top)
            error = ((levels - zero_point[:, None]) * scale[:, None] - rows).abs().pow(EXPONENT).mean(1)
            better = error < best_error
            best_error = torch.where(better, error, best_error)
            best_low = torch.where(better, low, best_low)
            best_high = torch.where(better, low + width, best_high)
    return *grid(best_low, best_high, top), best_error


class Quantizer:
    """Of activations: one learned scale, quantization dropped element by element."""

    def __init__(self, bits):
        self.bits, self.top = bits, 2 ** bits - 1
        self.enabled, self.drop = False, 0.0
        self.scale = self.zero_point = self.error = self.seen = None

    def observe(self):
        scale, self.zero_point, error = search(torch.cat(self.seen).reshape(1, -1), self.bits)
        self.scale, self.error, self.seen = scale.requires_grad_(), error.mean().item(), None

    def __call__(self, x):
        if self.seen is not None:
            self.seen.append(x)
        if not self.enabled:
            return x
        with torch.no_grad():
            self.scale.abs_().clamp_(min=1e-7)
        factor = (x.numel() * self.top) ** -0.5
        scale = (self.scale - self.scale * factor).detach() + self.scale * factor
        ratio = x / scale
        rounded = (ratio.round() - ratio).detach() + ratio
        y = (torch.clamp(rounded + self.zero_point, 0, self.top) - self.zero_point) * scale
        if self.drop == 0:
            return y
        return torch.where(torch.rand_like(x) < self.drop, x, y)


class Layer:
    """A convolution with its batch norm folded in, or a linear layer; its rounding is learned."""

    def __init__(self, weight, bias, bits, stride=1):
        self.weight, self.bias, self.stride = weight, bias, stride
        self.top = 2 ** bits - 1
        shape = [-1] + [1] * (weight.dim() - 1)
        scale, zero_point, error = search(weight.flatten(1), bits)
        self.scale, self.zero_point, self.error = scale.view(shape), zero_point.view(shape), error.mean().item()
        self.enabled, self.alpha, self.rounded = False, None, None

    def begin(self):
        rest = self.weight / self.scale - (self.weight / self.scale).floor()
        self.alpha = (-(1.2 / (rest + 0.1) - 1).log()).requires_grad_()

    def fraction(self):
        return (self.alpha.sigmoid() * 1.2 - 0.1).clamp(0, 1)

    def quantized(self, fraction):
        levels = torch.clamp((self.weight / self.scale).floor() + fraction + self.zero_point, 0, self.top)
        return (levels - self.zero_point) * self.scale

    def end(self):
        with torch.no_grad():
            self.rounded = self.quantized((self.alpha >= 0).float())

    def __call__(self, x):
        weight = self.weight
        if self.enabled:
            weight = self.quantized(self.fraction()) if self.rounded is None else self.rounded
        if weight.dim() == 2:
            return functional.linear(x, weight, self.bias)
        return functional.conv2d(x, weight, self.bias, self.stride, weight.shape[-1] // 2)


class Unit:
    def __init__(self, name, layers, quantizers, forward):
        self.name, self.layers, self.quantizers, self.forward = name, layers, quantizers, forward

    def enable(self, on):
        for part in self.layers + self.quantizers:
            part.enabled = on

    @torch.no_grad()
    def run(self, x):
        return torch.cat([self.forward(batch) for batch in x.split(64)])


def folded(tensors, convolution, norm, bits, stride=1):
    factor = tensors[norm + ".weight"] / (tensors[norm + ".running_var"] + 1e-5).sqrt()
    weight = tensors[convolution + ".weight"] * factor[:, None, None, None]
    return Layer(weight, tensors[norm + ".bias"] - tensors[norm + ".running_mean"] * factor, bits, stride)


def block(tensors, name, stride, w, a, out_bits):
    first = folded(tensors, name + ".conv1", name + ".bn1", w, stride)
    second = folded(tensors, name + ".conv2", name + ".bn2", w)
    inner, outer = Quantizer(a), Quantizer(out_bits)

    def forward(x):
        y = second(inner(functional.relu(first(x))))
        if stride != 1:
            missing = (y.shape[1] - x.shape[1]) // 2
            x = functional.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, missing, missing))
        return outer(functional.relu(x + y))

    return Unit(name, [first, second], [inner, outer], forward)


def network(tensors, w, a):
    stem, after = folded(tensors, "conv1", "bn1", 8), Quantizer(a)
    head = Layer(tensors["linear.weight"], tensors["linear.bias"], 8)
    units = [Unit("conv1", [stem], [after], lambda x: after(functional.relu(stem(x))))]
    for stage in 1, 2, 3:
        for index in range(3):
            last = stage == 3 and index == 2
            units.append(block(tensors, f"layer{stage}.{index}", 2 if stage > 1 and index == 0 else 1, w, a, 8 if last else a))
    units.append(Unit("linear", [head], [], lambda x: head(x.mean((2, 3)))))
    return units


@torch.no_grad()
def observe(units, x):
    for unit in units:
        for quantizer in unit.quantizers:
            quantizer.seen = []
        x = unit.run(x)
        for quantizer in unit.quantizers:
            quantizer.observe()


def reconstruct(unit, quantized, plain, target, options):
    unit.enable(True)
    for layer in unit.layers:
        layer.begin()
    for quantizer in unit.quantizers:
        quantizer.drop = options.drop
    rounding = torch.optim.Adam([layer.alpha for layer in unit.layers], lr=1e-3)
    scales = schedule = None
    if unit.quantizers:
        scales = torch.optim.Adam([quantizer.scale for quantizer in unit.quantizers], lr=4e-5)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(scales, options.iterations)
    warm_up = 0.2 * options.iterations
    begin = time.perf_counter()
    for iteration in range(1, options.iterations + 1):
        rows = torch.randint(0, len(quantized), (32,))
        x = quantized[rows]
        if options.drop > 0:
            x = torch.where(torch.rand_like(x) < options.drop, plain[rows], x)
        rounding.zero_grad()
        if scales:
            scales.zero_grad()
        loss = (unit.forward(x) - target[rows]).pow(2).sum(1).mean()
        if iteration >= warm_up:
            beta = 2 + 18 * (1 - (iteration - warm_up) / (options.iterations - warm_up))
            for layer in unit.layers:
                loss = loss + 0.01 * (1 - (2 * layer.fraction() - 1).abs().pow(beta)).sum()
        loss.backward()
        rounding.step()
        if scales:
            scales.step()
            schedule.step()
    seconds = time.perf_counter() - begin
    for layer in unit.layers:
        layer.end()
    for quantizer in unit.quantizers:
        quantizer.drop = 0.0
    return options.iterations / seconds


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    tensors, inputs = load_weights(options.weights), load_inputs(options.inputs)

    begin = time.perf_counter()
    with torch.no_grad():
        units = network(tensors, options.w, options.a)
    weights_done = time.perf_counter()
    observe(units, inputs[:256])
    activations_done = time.perf_counter()

    rates = {}
    quantized = plain = inputs
    for unit in units:
        unit.enable(False)
        target = unit.run(plain)
        rates[unit.name] = reconstruct(unit, quantized, plain, target, options)
        quantized, plain = unit.run(quantized), target
    print(json.dumps({
        "weightRangeSeconds": weights_done - begin,
        "activationRangeSeconds": activations_done - weights_done,
        "weightErrors": [layer.error for unit in units for layer in unit.layers],
        "activationErrors": [quantizer.error for unit in units for quantizer in unit.quantizers],
        "iterationsPerSecond": rates,
        "reconstructionSeconds": time.perf_counter() - activations_done,
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))


if __name__ == "__main__":
    main()
