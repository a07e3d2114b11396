"""The commands for a board at a cable, and what may go wrong with them."""

from rill.cable import (
    ask_command,
    board_command,
    deploy_command,
    doctor_command,
    flash_command,
    pull_command,
)
from rill.cable.chip import ChipError
from rill.cable.deploy_command import NotTried
from rill.cable.files import FilesError
from rill.cable.found import Refused
from rill.cable.image_file import ImageFileError
from rill.cable.partitions import PartitionError
from rill.cable.prompt import PortError
from rill.cable.pull_command import NotWhole

WRONG_INPUT = (PortError, Refused, ImageFileError, PartitionError)
BROKEN = (FilesError, NotTried, ChipError, NotWhole)


def add_parsers(commands, number) -> None:
    flash_command.add_parser(commands)
    deploy_command.add_parser(commands)
    ask_command.add_parsers(commands)
    pull_command.add_parser(commands)
    doctor_command.add_parser(commands)
    board_command.add_parser(commands, number)
