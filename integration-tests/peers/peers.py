"""Rows per second of one step of (persistent) contrastive divergence, 784-500, minibatches of 100, in other libraries.

Arguments: sklearn or torch, gzipped IDX file of images, seconds to measure, threads.
"""

import gzip
import struct
import sys
import time

import numpy

HIDDEN = 500
BATCH = 100


def read(file):
    with gzip.open(file) as stream:
        _, count, height, width = struct.unpack(">4i", stream.read(16))
        count = min(count, 10_000)
        pixels = numpy.frombuffer(stream.read(count * height * width), numpy.uint8)
    return (pixels.reshape(count, height * width) / 255).astype(numpy.float32)


def sklearn_rate(data, seconds):
    from sklearn.neural_network import BernoulliRBM

    rbm = BernoulliRBM(n_components=HIDDEN, batch_size=BATCH, learning_rate=0.01, random_state=1)
    rbm.partial_fit(data[:BATCH])  # float32 stays float32
    minibatches = [data[i : i + BATCH] for i in range(0, len(data), BATCH)]
    state = numpy.random.RandomState(1)

    def step(v):
        rbm._fit(v, state)  # what fit calls for every minibatch, without its score of the whole data

    return rate(step, minibatches, seconds)


def torch_rate(data, seconds, threads):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    rows = torch.from_numpy(data)
    minibatches = list(rows.split(BATCH))
    weights = torch.randn(data.shape[1], HIDDEN) * 0.01
    visible_bias = torch.zeros(data.shape[1])
    hidden_bias = torch.zeros(HIDDEN)
    chains = torch.zeros(BATCH, HIDDEN)
    step_size = 0.01 / BATCH

    def step(v):
        nonlocal chains
        with torch.no_grad():
            positive = torch.sigmoid(torch.addmm(hidden_bias, v, weights))
            visible = torch.bernoulli(torch.sigmoid(torch.addmm(visible_bias, chains, weights.t())))
            negative = torch.sigmoid(torch.addmm(hidden_bias, visible, weights))
            chains = torch.bernoulli(negative)
            weights.addmm_(v.t(), positive, alpha=step_size)
            weights.addmm_(visible.t(), negative, alpha=-step_size)
            visible_bias.add_(v.sum(0) - visible.sum(0), alpha=step_size)
            hidden_bias.add_(positive.sum(0) - negative.sum(0), alpha=step_size)

    return rate(step, minibatches, seconds)


def rate(step, minibatches, seconds):
    for v in minibatches[:20]:
        step(v)
    start = time.perf_counter()
    seen = 0
    while time.perf_counter() - start < seconds:
        for v in minibatches:
            step(v)
            seen += len(v)
    return seen / (time.perf_counter() - start)


def main():
    library, file, seconds, threads = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    data = read(file)
    result = sklearn_rate(data, seconds) if library == "sklearn" else torch_rate(data, seconds, threads)
    print(round(result))


main()
