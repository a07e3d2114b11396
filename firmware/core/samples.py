"""What many samples of a voltage say: its value, its noise, and the mains that it picks up."""

from collections import namedtuple

from micropython import const

from firmware.core.root import root

# 40 samples, 2.5 ms apart, are 100 ms: five periods of 50 Hz and six of 60, so that the mains has
# no part in the mean.
COUNT = const(40)
SPACING_US = const(2500)
_MAINS = (5, 6)
# cos(2 pi n / 40) * 2**12
_COSINES = (4096, 4046, 3896, 3650, 3314, 2896, 2408, 1860, 1266, 641, 0)

# The mean of the middle half, the standard deviation, the amplitude of 50 or 60 Hz.
Figures = namedtuple("Figures", ("uv", "spread_uv", "mains_uv"))


def figures(samples):
    """Of COUNT samples in microvolts, in the order of their time; sorts them."""
    mean = sum(samples) // COUNT
    square = sum([(uv - mean) * (uv - mean) for uv in samples]) // COUNT
    mains_uv = max([_amplitude_uv(samples, mean, periods) for periods in _MAINS])
    samples.sort()
    middle = samples[COUNT // 4 : COUNT * 3 // 4]
    return Figures(sum(middle) // len(middle), root(square), mains_uv)


def _amplitude_uv(samples, mean, periods):
    """Of so many periods in all samples: one line of the Fourier transform."""
    real = imaginary = 0
    for n in range(COUNT):
        real += (samples[n] - mean) * _cosine(n * periods)
        imaginary += (samples[n] - mean) * _cosine(n * periods - COUNT // 4)
    return root(real * real + imaginary * imaginary) * 2 // COUNT >> 12


def _cosine(n):
    n %= COUNT
    if n > COUNT // 2:
        n = COUNT - n
    quarter = COUNT // 4
    return _COSINES[n] if n <= quarter else -_COSINES[COUNT // 2 - n]
