"""Everybody who is signed in reads and takes along what is held about them, and about nobody else."""

from tests.access import signed_in

ENDPOINTS = {
    "retention.own_data": signed_in(get="/me/data"),
    "retention.download": signed_in(get="/me/data.json"),
}
