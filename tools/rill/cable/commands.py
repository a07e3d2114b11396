"""The commands for a board at a cable, and what may go wrong with them."""

from rill.cable import (
    ask_command,
    backup_command,
    board_command,
    deploy_command,
    doctor_command,
    flash_command,
    provision_command,
    pull_command,
    restore_command,
)
from rill.cable.backup_file import BackupError
from rill.cable.chip import ChipError
from rill.cable.deploy_command import NotTried
from rill.cable.files import FilesError
from rill.cable.found import Refused
from rill.cable.image_file import ImageFileError
from rill.cable.partitions import PartitionError
from rill.cable.passphrase import PassphraseError
from rill.cable.prompt import PortError
from rill.cable.provisioned import SettingsError
from rill.cable.pull_command import NotWhole

WRONG_INPUT = (
    PortError, Refused, ImageFileError, PartitionError, SettingsError, BackupError,
    PassphraseError,
)  # fmt: skip
BROKEN = (FilesError, NotTried, ChipError, NotWhole)


def add_parsers(commands, number) -> None:
    flash_command.add_parser(commands)
    deploy_command.add_parser(commands)
    provision_command.add_parser(commands)
    ask_command.add_parsers(commands)
    pull_command.add_parser(commands)
    backup_command.add_parser(commands)
    restore_command.add_parser(commands)
    doctor_command.add_parser(commands)
    board_command.add_parser(commands, number)
