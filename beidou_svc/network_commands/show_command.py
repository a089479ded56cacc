"""`beidou network show` as it runs: the summary, and a picture."""

from collections.abc import Sequence

from rich.console import Group

from beidou_svc.network_commands.opening import NetworkError, check_free, open_map
from beidou_svc.network_commands.options import ShowOptions
from beidou_svc.network_commands.tables import classes_table, extent_table, summary_table
from beidou_svc.replay.command import error_console, guarded, out_console
from mapping.network.check import check_network


def run_show(options: ShowOptions) -> None:
    """Read, sum up, draw."""
    guarded(lambda: _show(options))


def _show(options: ShowOptions) -> Sequence[str]:
    if options.out is not None:
        check_free(options.out, options.force)
    console = error_console()
    found = open_map(console, options.file, (options.format, options.frame, options.origin_deg))
    check = check_network(found.network)
    tables = [summary_table(found), extent_table(check, 0.0, 0.0), classes_table(check)]
    out_console().print(Group(*[part for table in tables if table.row_count for part in (table, "")]))
    if options.out is not None:
        if found.network.edge_count == 0:
            raise NetworkError("nothing to draw: the network has no roads")
        from beidou_svc.network_commands.draw import draw_network  # matplotlib takes a second to load

        with console.status(f"drawing {options.out.name}"):
            draw_network(found.network, check, options.out)
    return []
