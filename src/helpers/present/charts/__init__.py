"""Charts, each drawn for one question. A chart says what it found in its title and in plain words.

`frame` holds what stands around each, `years` what went over time, `rows` what is set side by side, `plane`
two values of each, `calendar` what falls due.
"""

from .calendar import months as months
from .frame import Words as Words
from .frame import piece as piece
from .plane import level_and_change as level_and_change
from .rows import against_peers as against_peers
from .rows import against_targets as against_targets
from .rows import balance as balance
from .rows import dumbbell as dumbbell
from .rows import funnel as funnel
from .rows import intervals as intervals
from .rows import terms as terms
from .years import bands as bands
from .years import forecast as forecast
from .years import history as history
from .years import numerator_denominator as numerator_denominator
from .years import part_of_whole as part_of_whole
from .years import rank_bands as rank_bands
from .years import shares as shares
from .years import slope as slope
from .years import small_multiples as small_multiples
from .years import two_ways as two_ways
