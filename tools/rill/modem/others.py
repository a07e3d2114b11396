"""Rows for modems that no meter has, in the order of the firmware's Dialect.

Dialogues of such modems are read with these beside the firmware's own.
"""

MORE = (
    (),
    (
        ("NO CARRIER", "ATD"), ("NO CARRIER", "ATO"), ("NO CARRIER", "+CGDATA"), ("BUSY", "ATD"),
        ("NO ANSWER", "ATD"), ("NO DIALTONE", "ATD"), ("CONNECT", "ATD"), ("CONNECT ", "ATD"),
        ("CONNECT", "ATO"), ("CONNECT ", "ATO"), ("CONNECT", "+CGDATA"), ("CONNECT ", "+CGDATA"),
        ("NO CARRIER", "#SD"), ("NO CARRIER", "+SQNSD"), ("CONNECT", "#SD"), ("CONNECT", "+SQNSD"),
        ("CONNECT", "+QIOPEN"), ("CONNECT", "+QSSLOPEN"), ("CONNECT", "+QISWTMD"),
        ("CONNECT", "+CIPOPEN"), ("CONNECT ", "+CIPOPEN"), ("CONNECT", "+CCHOPEN"),
        ("CONNECT", "+CASWITCH"), ("CONNECT", "+USODL"), ("CONNECT", "#SO"), ("FAIL", "+CWJAP"),
        ("+CIS ERROR:", "+MIPL"),
    ),
    (
        ("CONNECT", "+QFWRITE"), ("CONNECT", "+QFTPPUT"), ("CONNECT", "+QHTTPURL"),
        ("CONNECT", "+QHTTPPOST"), ("CONNECT", "+QHTTPPUT"), ("CONNECT", "+QSECWRITE"),
        ("CONNECT", "+QSMTPBODY"), ("CONNECT", "+KTCPSND"), ("CONNECT", "+KUDPSND"),
    ),
    (
        "WIFI ", "ready", "busy ", "Ready", "STATE:", "SMS READY", "CALL READY", "MODEM:",
        "RECV FROM:", "INITIALIZATION", "F1: ", "V0: ", "00: ", "U0: ", "T0: ", "Leaving the BROM",
        "SRING:",
    ),
    (
        "+CMTI", "+CUSD", "+CLIP", "+CTZU", "+QIOPEN", "+QSSLOPEN", "+QMTOPEN", "+QMTCONN",
        "+QMTSUB", "+QMTUNS", "+QMTPUB", "+QMTDISC", "+QMTCLOSE",
    ),
    (
        ("+CICCID", "+ICCID"), ("+CLAC", ""), ("+CLAC", "AT"), ("ATI", "+GCAP"), ("AT&V", "&"),
        ("AT&V", "+"), ("+QFTPGET", "CONNECT"), ("+KTCPRCV", "CONNECT"),
    ),
    (
        ("+HTTPREAD:", "", "n"), ("+HTTPREAD: DATA,", "", "n"), ("+HTTPHEAD:", "", "n"),
        ("+HTTPHEAD: DATA,", "", "n"), ("+FTPGET: 2,", "", "n"), ("+CFTPSGET: DATA,", "", "n"),
        ("+CHTTPSRECV: DATA,", "", "n dn"), ("+CHTTPACT: DATA,", "", "n"),
        ("+CCHRECV: DATA,", "", "dn"), ("+CFSRFILE:", "", "n"), ("+CFTRANTX: DATA,", "", "n"),
        ("+IPD", "", "n"), ("+IPD,", ":", "n dn nqd dnqd"), ("+RECEIVE,", ":", "dn"),
        ("+CIPRECVDATA:", ",", "n nqd"), ("+CIPRECVDATA,", ":", "n"),
        ("+HTTPCLIENT:", ",", "n"), ("+MQTTSUBRECV:", ",", "dqn"),
        ("+USORD:", ',"', "dn"), ("+USORF:", ',"', "dqdn"), ("+URDFILE:", ',"', "qn"),
        ("+URDBLOCK:", ',"', "qn"), ("#XRECV:", "", "n"), ("#XRECVFROM:", "", "n nqd"),
        ("#SRECV:", "", "dn qddnd"), ("#SSLRECV:", "", "n"), ("#FTPRECV:", "", "n"),
        ("SRING:", ",", "dn"), ("+SQNSRECV:", "", "dn"), ("+SQNSRING:", ",", "dn"),
        ("+KTCP_DATA:", ",", "dn"), ("$MYNETREAD:", "", "dn"),
    ),
)  # fmt: skip
