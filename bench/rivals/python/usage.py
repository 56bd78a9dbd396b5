"""What a process has used, and how its times are summed up; the same figures as those of the Node candidates."""
import os
import resource


def cpu_ms():
    """User and system time of the whole process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1_000


def resident_bytes():
    """The whole process, now: `ru_maxrss` would be its peak."""
    with open('/proc/self/statm', encoding='ascii') as statm:
        return int(statm.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def percentile(ordered, share):
    """The value below which `share` (0 to 1) of the sorted values lie, interpolated; 0 when there are none."""
    if not ordered:
        return 0
    at = (len(ordered) - 1) * share
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)
