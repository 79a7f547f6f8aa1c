"""The commands, one file each, imported only when they run; here are the codes that they exit with.

What a command needs beyond click is imported inside it, so that each starts fast.
"""

HOLDS, FAILS, UNUSABLE, FAULT = 0, 1, 2, 3
