"""Rows for modems that no meter has, in the order of the firmware's Dialect.

Dialogues of such modems are read with these beside the firmware's own.
"""

MORE = (
    (),
    (
        ("NO CARRIER", "ATD"), ("NO CARRIER", "ATO"), ("NO CARRIER", "+CGDATA"), ("BUSY", "ATD"),
        ("NO ANSWER", "ATD"), ("NO DIALTONE", "ATD"), ("CONNECT", "ATD"), ("CONNECT ", "ATD"),
        ("CONNECT", "ATO"), ("CONNECT ", "ATO"), ("CONNECT", "+CGDATA"), ("CONNECT ", "+CGDATA"),
        ("FAIL", "+CWJAP"), ("CLOSED", "CIPCLOSE"),
    ),
    (
        ("CONNECT", "+QFWRITE"), ("CONNECT", "+QFTPPUT"), ("CONNECT", "+QHTTPURL"),
        ("CONNECT", "+QHTTPPOST"), ("CONNECT", "+QHTTPPUT"),
    ),
    (
        "WIFI ", "ready", "busy ", "Ready", "STATE:", "SMS READY", "CALL READY", "MODEM:",
        "RECV FROM:", "INITIALIZATION",
    ),
    ("+CMTI", "+CUSD", "+CLIP", "+CTZU"),
    (("+CICCID", "+ICCID"), ("+CLAC", "+"), ("+CLAC", "*"), ("+CLAC", "%"), ("ATI", "+GCAP")),
    (
        ("+HTTPREAD:", "", "n"), ("+HTTPREAD: DATA,", "", "n"), ("+FTPGET: 2,", "", "n"),
        ("+CCHRECV: DATA,", "", "dn"), ("+CFSRFILE:", "", "n"), ("+IPD", "", "n"),
        ("+IPD,", ":", "n dn nqd dnqd"), ("+RECEIVE,", ":", "dn"), ("+USORD:", ',"', "dn"),
        ("+USORF:", ',"', "dqdn"), ("#XRECV:", "", "n"), ("#XRECVFROM:", "", "n nqd"),
    ),
)  # fmt: skip
