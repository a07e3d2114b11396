"""Promise: what each family's modem says of the signal is read in dBm and dB."""

from expect import expect
from firmware.drivers.modem.families import bc66, bc95, bg95, sim7020, sim7080

_NONE = (None, None, None, None)


def test_signal_coverage_noise_and_power():
    lines = ["Signal power:-819", "TX power:230", "ECL:0", "SNR:-35", "RSRQ:-108"]
    expect(bc95.signal(lines), (-82, 0, -4, 23))
    lines = ["NUESTATS:RADIO,Signal power,-32768", "NUESTATS:RADIO,SNR,-32768", "ECL:255"]
    expect(bc95.signal(lines), _NONE)
    told = '+QENG: 0,1694,12,284,"0345678C",-92,-5,-87,10,3,"3E4F",0,14,2'
    expect(bc66.signal([told]), (-92, 0, 10, 14))
    expect(bc66.signal(["+QENG: 0,,,,,,,,,,,,,"]), _NONE)
    expect(bg95.signal(['+QCSQ: "NBIoT",-90,-98,160,-6']), (-98, None, 12, None))
    expect(bg95.signal(['+QCSQ: "NOSERVICE"']), _NONE)
    told = '+CENG: 3734,0,284,"01DF5E76",-98,-6,-90,3,20,"4E21",1,14'
    expect(sim7020.signal([told]), (-98, 1, 3, 14))
    told = "+CPSI: LTE NB-IOT,Online,001-01,0x4E21,31,284,EUTRAN-BAND20,3734,0,0,-6,-98,-90,12"
    expect(sim7080.signal([told]), (-98, None, 12, None))
    expect(sim7080.signal(["+CPSI: NO SERVICE,Online"]), _NONE)
