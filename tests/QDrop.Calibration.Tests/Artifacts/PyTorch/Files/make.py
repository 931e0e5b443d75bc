"""Writes the checkpoints beside this file, with PyTorch 1.13. CheckpointTests says what is expected of each."""

import argparse
import collections
import os

import numpy
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, bias=False)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 2)
        self.gain = nn.Parameter(torch.randn(4))


class Command:
    def __reduce__(self):
        return os.system, ("echo a checkpoint ran this",)


def fill(tensors):
    """Element i of the k-th tensor, in the order of the names, is k + i / 4; 7 for the counter."""
    for k, name in enumerate(sorted(tensors)):
        values = torch.arange(tensors[name].numel(), dtype=torch.float32) / 4 + k
        tensors[name].copy_(values.view(tensors[name].shape) if tensors[name].is_floating_point() else torch.tensor(7))


def views(state):
    """Strides, offsets and storages that tensors share, as after transposing, slicing and expanding."""
    result = collections.OrderedDict(state)
    result["conv.weight"] = state["conv.weight"].to(memory_format=torch.channels_last)
    result["fc.weight"] = state["fc.weight"].t().contiguous().t()
    shared = torch.cat([torch.zeros(3), state["bn.weight"], state["bn.bias"], torch.zeros(2)])
    result["bn.weight"], result["bn.bias"] = shared[3:7], shared[7:11]
    result["gain"] = torch.tensor([8.0]).expand(4)
    return result


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    model = Net()
    with torch.no_grad():
        fill(model.state_dict())
    state = model.state_dict()
    optimizer = torch.optim.Adam(model.parameters())
    torch.save(state, "zip.pth")
    torch.save(state, "zip4.pth", pickle_protocol=4)
    torch.save(state, "older.pth", _use_new_zipfile_serialization=False)
    torch.save(state, "older4.pth", _use_new_zipfile_serialization=False, pickle_protocol=4)
    torch.save(nn.DataParallel(model).state_dict(), "parallel.pth")
    torch.save(views(state), "views.pth")
    torch.save(views(state), "olderviews.pth", _use_new_zipfile_serialization=False)
    torch.save({name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in state.items()}, "half.pth")
    torch.save({name: tensor.bfloat16() if tensor.is_floating_point() else tensor for name, tensor in state.items()}, "bfloat16.pth")
    torch.save({name: tensor.double() if tensor.is_floating_point() else tensor for name, tensor in state.items()}, "double.pth")
    parameters = {name: nn.Parameter(tensor) if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    parameters["gain"].note = "an attribute of Python's"
    torch.save(parameters, "parameters.pth")
    published = {
        "epoch": 90,
        "args": argparse.Namespace(lr=0.1, name="net"),
        "best": numpy.float64(91.5),
        "history": [1.5, 0.5],
        "device": torch.device("cpu"),
        "dtype": torch.float16,
        "totals": collections.defaultdict(int, a=1),
        "state_dict": state,
        "ema": {name: tensor * 2 for name, tensor in state.items()},
        "optimizer": optimizer.state_dict(),
    }
    torch.save(published, "published.pth")
    torch.save(published, "olderpublished.pth", _use_new_zipfile_serialization=False)
    torch.save(nn.Linear(2, 2), "whole.pth")
    torch.jit.script(nn.Linear(2, 2)).save("script.pt")
    torch.save({"fc.weight": state["fc.weight"], "note": Command()}, "command.pth")


main()
