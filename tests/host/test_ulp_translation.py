"""The emulator's fast way through a program does what its plain one does, fault for fault."""

from random import Random

import pytest

from ulp_cases import assembled, loaded
from ulp_emulator.cpu import Ulp
from ulp_emulator.decode import decode
from ulp_emulator.errors import UlpError
from ulp_meter import Programs

PROGRAMS = 400
WORDS = 48
LIMIT = 3000
ENDLESS = f"no HALT within {LIMIT} cycles"
HALT = 0xB0000000
KINDS = (2, 4, 6, 7, 7, 7, 7, 8, 9, 13, 13)  # of instructions, as often as a program has them


def _word(random):
    """An instruction, now and then one that nobody knows."""
    if random.random() < 0.1:
        return HALT
    while True:
        word = random.choice(KINDS) << 28 | random.getrandbits(28) & random.getrandbits(28)
        if random.random() < 0.01:
            return word
        try:
            decode(word)
        except UlpError:
            continue
        return word


def _cpu(words, seed):
    cpu = Ulp(seed=seed)
    for at, word in enumerate(words):
        cpu.words[at] = word
    return cpu


def _plainly(cpu, limit):
    cpu.start()
    cpu._execute(limit)
    if not cpu.halted:
        raise UlpError(ENDLESS)


def _outcome(cpu, run):
    try:
        run(cpu, LIMIT)
    except UlpError as error:
        return str(error)
    rtc = cpu.rtc
    seen = cpu.r, cpu.stage, cpu.zero, cpu.overflow, cpu.pc, cpu.cycles, cpu.period_index
    return *seen, bytes(cpu.memory), rtc._values, rtc.wakes, rtc.looks


@pytest.mark.parametrize("seed", range(8))
def test_any_program_ends_the_same(seed):
    random = Random(seed)
    halted = 0
    for number in range(PROGRAMS // 8):
        words = [_word(random) for _ in range(WORDS)]
        cpus = [_cpu(words, number) for _ in range(2)]
        for _ in range(3):  # again behind what the run before has left, code included
            found, wanted = _outcome(cpus[0], Ulp.run), _outcome(cpus[1], _plainly)
            if wanted == ENDLESS:
                break  # the fast way may find a fault a few words behind the limit
            assert found == wanted
            halted += not isinstance(found, str)
    assert halted


def test_a_program_that_overwrites_itself_runs_what_it_wrote():
    source = "move r2, 4; st r0, r2, 0; move r0, 7; move r0, 7; move r0, 7"
    binary = assembled([source])[source]
    found, wanted = _outcome(loaded(binary), Ulp.run), _outcome(loaded(binary), _plainly)
    assert found == wanted == "word 4: undocumented instruction"


@pytest.mark.parametrize("settings", [{}, {"pulse_pin_b": 33}])
def test_a_flow_of_bouncing_pulses_is_counted_alike(settings):
    random, t_us, edges = Random(3), 0, []
    for _ in range(60):
        t_us += random.randint(90_000, 900_000)
        edges += [(t_us + n * random.randint(1, 900), n % 2) for n in range(random.choice((1, 5)))]
    fast, plain = (Programs()(sorted(edges), **settings) for _ in range(2))
    fast.ulp._checks = None
    for ms in range(0, 40_000, 500):
        fast.advance_to(ms * 1000)
        plain.advance_to(ms * 1000)
        assert fast.ulp.memory == plain.ulp.memory
        assert fast.timer.cycles == plain.timer.cycles
    assert settings or fast.wide("forward")
