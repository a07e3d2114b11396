"""What many samples of a voltage say: its value, its noise, and the mains that it picks up."""

from collections import namedtuple

from micropython import const

from firmware.core.root import root

# 50 samples, 2 ms apart, are 100 ms: five periods of 50 Hz and six of 60, so that the mains has
# no part in the mean.
COUNT = const(50)
SPACING_MS = const(2)
_MAINS = (5, 6)
# cos(2 pi n / 100) * 2**12: half a sample a step, so that a quarter of a turn is a whole number.
_TURN = const(100)
_COSINES = (
    4096, 4088, 4064, 4023, 3967, 3896, 3808, 3706, 3589, 3458, 3314, 3156, 2986, 2804, 2611,
    2408, 2195, 1973, 1744, 1508, 1266, 1019, 768, 513, 257, 0,
)  # fmt: skip

IDLE_UV = const(300_000)  # the ESP32's ADC says some 0.14 V of nothing
# The mean of the middle half, the standard deviation, the amplitude of 50 or 60 Hz; what there was
# before the probe got power, 0: that can't be told.
Figures = namedtuple("Figures", ("uv", "spread_uv", "mains_uv", "idle_uv"))


def figures(samples, idle_uv=0):
    """Of COUNT samples in microvolts, in the order of their time; sorts them."""
    mean = sum(samples) // COUNT
    square = sum([(uv - mean) * (uv - mean) for uv in samples]) // COUNT
    mains_uv = max([_amplitude_uv(samples, mean, periods) for periods in _MAINS])
    samples.sort()
    middle = samples[COUNT // 4 : COUNT * 3 // 4]
    return Figures(sum(middle) // len(middle), root(square), mains_uv, idle_uv)


def is_always_on(found):
    """True for Figures of a probe that said as much before it got power as with it: the switch of
    its supply does not switch. One that says next to nothing anyway can't be told.
    """
    return found.idle_uv >= IDLE_UV and found.idle_uv * 4 >= found.uv * 3


def _amplitude_uv(samples, mean, periods):
    """Of so many periods in all samples: one line of the Fourier transform."""
    real = imaginary = 0
    for n in range(COUNT):
        angle = 2 * n * periods
        real += (samples[n] - mean) * _cosine(angle)
        imaginary += (samples[n] - mean) * _cosine(angle - _TURN // 4)
    return root(real * real + imaginary * imaginary) * 2 // COUNT >> 12


def _cosine(n):
    n %= _TURN
    if n > _TURN // 2:
        n = _TURN - n
    return _COSINES[n] if n <= _TURN // 4 else -_COSINES[_TURN // 2 - n]
