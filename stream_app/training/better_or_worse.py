"""Words for sentences in pairs: what is decided for a company and against it, and whether it does better or worse.

`{name}` is the company, `{matter}` what it is accused of, `{plan}` what it means to do; the better one stands first.
"""

from __future__ import annotations

MATTERS = (
    "an antitrust case",
    "a class action over faulty batteries",
    "a dispute over royalties",
    "a bribery investigation",
    "an opioid case",
    "a cartel case",
    "a claim of stolen trade secrets",
    "a pollution case",
)
PLANS = (
    "a pipeline",
    "its new drug",
    "a share sale",
    "a merger",
    "a new mine",
    "its licence renewal",
    "a data centre",
)
RULED = (
    ("Judge tosses {matter} against {name}", "Judge lets {matter} against {name} go ahead"),
    ("{name} gets {matter} thrown out", "{name} fails to get {matter} thrown out"),
    ("Jury clears {name} in {matter}", "Jury finds against {name} in {matter}"),
    ("{name} cleared by appeals panel in {matter}", "{name} found liable by appeals panel in {matter}"),
    ("Verdict against {name} in {matter} is overturned", "Verdict against {name} in {matter} is affirmed"),
    ("Prosecutors drop {matter} against {name}", "Prosecutors open {matter} against {name}"),
    ("{name} prevails in {matter}", "{name} is defeated in {matter}"),
    ("Tribunal annuls the fine on {name}", "Tribunal doubles the fine on {name}"),
    (
        "Watchdog closes its inquiry into {name} without a penalty",
        "Watchdog ends its inquiry into {name} with a penalty",
    ),
    ("{name} is granted permission for {plan}", "{name} is refused permission for {plan}"),
    ("Ministry waves through {plan} of {name}", "Ministry vetoes {plan} of {name}"),
    ("Sanctions on {name} are scrapped", "Sanctions on {name} are tightened"),
    ("Export curbs on {name} eased", "Export curbs on {name} stiffened"),
    ("{name} gets its operating licence back", "{name} has its operating licence suspended"),
    ("Tariffs on products of {name} are scrapped", "Tariffs on products of {name} are doubled"),
    ("Walkout at {name} is over", "Walkout at {name} drags on"),
    ("Staff of {name} go back to work", "Staff of {name} stay away from work"),
    ("{name} restarts its idled plant", "{name} idles its plant"),
    ("Embargo on goods of {name} rescinded", "Embargo on goods of {name} declared"),
    ("{name} refinery is back in service", "{name} refinery is out of service"),
    ("Ministry allows {name} to sell again", "Ministry forbids {name} to sell"),
    ("{name} comes off a blacklist", "{name} goes on a blacklist"),
    ("Aircraft of {name} may fly again", "Aircraft of {name} may not fly"),
    ("Short seller withdraws its claims about {name}", "Short seller repeats its claims about {name}"),
    ("{name} repairs its network after an outage", "Another outage brings down the network of {name}"),
    ("Flood waters leave the works of {name}", "Flood waters reach the works of {name}"),
)
RELATIVE = (
    ("{name} shed less value than its rivals", "{name} shed more value than its rivals"),
    ("{name} fares better than its peers", "{name} fares worse than its peers"),
    ("{name} outsells its nearest rival", "{name} is outsold by its nearest rival"),
    ("{name} grows faster than its market", "{name} grows more slowly than its market"),
    ("{name} sees results at the upper end of its range", "{name} sees results at the lower end of its range"),
    ("The damage at {name} was smaller than feared", "The damage at {name} was greater than feared"),
    ("{name} burns less cash than planned", "{name} burns more cash than planned"),
    ("{name} returns to the black", "{name} slides into the red"),
    ("{name} turns a profit after years of losses", "{name} makes a loss after years of profits"),
    ("{name} overtakes its rivals in market value", "{name} falls behind its rivals in market value"),
    ("Fewer customers leave {name} than a year ago", "More customers leave {name} than a year ago"),
    ("Fewer faults found in cars of {name}", "More faults found in cars of {name}"),
    ("{name} needs less fresh capital than thought", "{name} needs more fresh capital than thought"),
    ("{name} pays less for its loans than a year ago", "{name} pays more for its loans than a year ago"),
    ("{name} ahead of schedule with {plan}", "{name} behind schedule with {plan}"),
)
