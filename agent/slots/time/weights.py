"""Weights and thresholds of the rules of the time slot, all in one place.

They were tuned on the dev records (tests/understanding/records), on the cases (tests/cases/<lang>/time.toml), and the differential tells what else a
change of one changes (tests/differential).
"""

PLAIN_CLOCK, WRITTEN, CLOCK, TWO_NUMBERS, HALF_HOUR, WITH_POINT, NUMBER, FIGURES, HUNDREDS = 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.4, 0.35
"""How plainly words are a clock: "five o'clock", "7:30", "1430 hours", "eight fifty", "half ten", "7.30", "three", "1430", "fourteen hundred"."""
WITH_HALF = 0.75
"""The same with "am" or "pm"."""
ABOUT = 0.5
"""The same of "sevenish"."""
MISHEARD = 0.5
MINUTES_ALONE = 0.3
HALF, QUARTER = 30, 15
AFTER_NOON = (15, 30, 45)
"""What is said behind "noon": "noon thirty"."""
ROUND_MINUTES = frozenset((5, 10, 20, 25))
"""What is said before "past" and "to" without the word "minutes"; 15 too, before "past"."""
FEWEST_HUNDREDS = 1000
"""Fewer are no clock without "hours" or a zero before them: "three hundred"."""
LONGEST, HUNDRED = 10_000, 100
"""Longer lengths of time are none that anybody says."""
DAY, DAY_OF_MONTH, KNOWN = 0.6, 0.45, 0.4
"""How plainly words name a day: "Friday", "the third", "the day after"."""
YEARS, PIVOT = range(1900, 2101), 70
"""Figures that are a year; two figures of one from here on are of the last century, as in POSIX `strptime` (there 69)."""
YEAR_FIGURES, DATE_FIGURES, CENTURIES = 4, 8, ("19", "20")
MANY_DIGITS, MANY_NUMBERS, MANY_FIGURES = 4, 5, 7
"""Numbers of one digit each, numbers, and figures in a row from which on they are a telephone number or the like: "three zero three nine"."""
MAYBE = 0.5
"""How plainly "as soon as possible", "first thing" and "later" name a time."""
MOST_PIECES = 40
"""Nobody names more, and what is made of them stays cheap."""
FIRST = 0.5
"""What puts a reading before another of the same words."""
LAST = -1.5
"""What puts it behind them."""
