def name():
    return "ESP32"


def image_version():
    return (1, 28, 0)
