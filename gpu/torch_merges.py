"""Measures the merges that a framework does eagerly on the same GPU, and prints them beside ours.

Reads the figures that the report wrote (lines of name=value). Linear and TIES are written as their papers and
mergekit do: one tensor operation after the other, the threshold of TIES from a sort of the magnitudes.
"""

import sys

import torch

ROUNDS = 5
GOALS = {"linear": 3.0, "ties": 10.0}


def figures(path):
    with open(path) as lines:
        return {name: float(value) for name, value in (line.strip().split("=") for line in lines if "=" in line)}


def linear(models, weights):
    total = sum(weights)
    result = torch.zeros_like(models[0], dtype=torch.float32)
    for model, weight in zip(models, weights):
        result += model.float() * weight
    return (result / total).to(models[0].dtype)


def trimmed(delta, density):
    kept = max(1, int(density * delta.numel()))
    order = torch.sort(delta.abs().view(-1), descending=True).indices
    mask = torch.zeros_like(delta.view(-1))
    mask[order[:kept]] = 1
    return (delta.view(-1) * mask).view_as(delta)


def ties(base, models, weights, density):
    origin = base.float()
    deltas = torch.stack([trimmed(model.float() - origin, density) for model in models])
    factors = torch.tensor(weights, device=base.device).view(-1, *([1] * base.dim()))
    weighted = deltas * factors
    elected = torch.where(weighted.sum(dim=0) >= 0, 1.0, -1.0)
    agreeing = (torch.sign(weighted) == elected).float()
    divisor = (factors * agreeing).sum(dim=0)
    divisor[divisor == 0] = 1
    return (origin + (weighted * agreeing).sum(dim=0) / divisor).to(base.dtype)


def seconds(work):
    work()
    start = torch.cuda.Event(enable_timing=True)
    end = torch.cuda.Event(enable_timing=True)
    start.record()
    for _ in range(ROUNDS):
        work()
    end.record()
    torch.cuda.synchronize()
    return start.elapsed_time(end) / 1e3 / ROUNDS


def main():
    ours = figures(sys.argv[1])
    if not torch.cuda.is_available():
        print("\nPyTorch finds no GPU: the comparison is left out.")
        return
    elements = int(ours["elements"])
    torch.manual_seed(0)
    base = (torch.randn(elements, device="cuda") * 0.02).to(torch.bfloat16)
    models = [(base.float() + torch.randn(elements, device="cuda") * 0.002).to(torch.bfloat16) for _ in range(3)]
    theirs = {
        "linear": seconds(lambda: linear(models[:2], [0.4, 0.4])),
        "ties": seconds(lambda: ties(base, models, [0.4, 0.4, 0.4], 0.5)),
    }
    print(f"\nPyTorch {torch.__version__} eager on the same GPU, {elements} elements of bfloat16")
    print(f"{'merge':<10} {'torch ms':>10} {'ours ms':>10} {'times':>7} {'goal':>6}")
    for name, goal in GOALS.items():
        our = ours[name + ".seconds"]
        factor = theirs[name] / our
        verdict = "met" if factor >= goal else "missed"
        print(f"{name:<10} {theirs[name] * 1e3:>10.3f} {our * 1e3:>10.3f} {factor:>6.1f}x {goal:>5.0f}x  {verdict}")


if __name__ == "__main__":
    main()
