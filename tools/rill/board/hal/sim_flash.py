from border import border


def journal_device():
    return border.flash
