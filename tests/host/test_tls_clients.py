"""Promise: a broker that asks who the meter is gets its certificate; a refusal has a code that
says why, and no word of a key or password.
"""

import pytest

from over_tls import BROKER_REFUSES, HANDSHAKE, NAME, TLS_FAILS, numbers, secure_broker
from rill.authority import Authority

NOT_AUTHORIZED = 5  # of CONNACK
_PUBLISH = "s = session('{}', {})\ns.open()\ns.publish('rill/meter-1/readings', b'x')\ns.close()\n"


@pytest.mark.parametrize("kind", ["p256", pytest.param("rsa", marks=pytest.mark.prove)])
def test_a_broker_that_asks_for_a_certificate_gets_the_meters(
    tmp_path, tls_meter, authority, kind
):
    clients = Authority("CA of the meters", kind)
    certificate, key = clients.issue_client("meter-1")
    files = {"broker.der": authority.der(), "client.der": certificate, "client.key": key}
    with secure_broker(tmp_path, authority, NAME, clients=clients) as (port, _):
        said = tls_meter(_PUBLISH.format(NAME, port) + "print('published:', bursts)", **files)
    assert len(numbers(said)["published"]) == HANDSHAKE + 3, said


@pytest.mark.parametrize(
    "case",
    ["none", "another CA's"]
    + [pytest.param(case, marks=pytest.mark.prove) for case in ("expired", "another's key")],
)
def test_a_meter_without_the_right_certificate_is_refused(tmp_path, tls_meter, authority, case):
    clients = Authority("CA of the meters")
    issuer = Authority("CA of the meters") if case == "another CA's" else clients
    certificate, key = issuer.issue_client("m", days=(-3, -1) if case == "expired" else (-1, 1))
    if case == "another's key":
        _, key = clients.issue_client("m")
    files = {"broker.der": authority.der()}
    if case != "none":
        files |= {"client.der": certificate, "client.key": key}
    with secure_broker(tmp_path, authority, NAME, clients=clients) as (port, _):
        said = tls_meter(f"open_of('{NAME}', {port})", **files)
    assert "after 0 s: TlsError: TLS: " in said and said.strip().endswith("(-0x7780)"), said
    assert f"code: [{TLS_FAILS}, {-0x7780}]" in said


def test_a_wrong_password_is_told_by_its_code_and_not_shown(tmp_path, tls_meter, authority):
    (passwords := tmp_path / "passwords").write_text("")  # of nobody
    more = f"password_file {passwords}\n"
    with secure_broker(tmp_path, authority, NAME, more=more) as (port, _):
        said = tls_meter(f"open_of('{NAME}', {port}, 'ann')")
    assert f"code: [{BROKER_REFUSES}, {NOT_AUTHORIZED}]" in said and "secret" not in said


@pytest.mark.parametrize("damaged", ["client.der", "client.key"])
def test_a_damaged_half_is_told_and_nothing_of_the_key(tls_meter, authority, damaged):
    files = {"broker.der": authority.der()}
    files |= dict(zip(("client.der", "client.key"), authority.issue_client("m"), strict=True))
    files[damaged] = files[damaged][:-1]
    said = tls_meter(f"open_of('{NAME}', 1)", **files).splitlines()[-1]
    what = "invalid cert" if damaged == "client.der" else "invalid key"
    assert said == (
        f"after 0 s: TlsError: client.der or client.key is damaged or not in DER: {what}"
    )
