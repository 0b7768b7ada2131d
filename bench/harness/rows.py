"""Every row, in the order of the goals' table."""
from . import bulk, echo, relay, starts, web
from .measure import Row


def all_rows() -> list[Row]:
    return [*bulk.rows(), *relay.rows(), *echo.rows(), *starts.rows(), *web.rows()]
