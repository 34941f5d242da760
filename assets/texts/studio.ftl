# The project and its labels: what the window says about them.

studio-first-set = Labels
studio-mark-in-first = Say first where the segment begins
studio-class-first = Choose first with which class to draw
studio-upgraded = This project had an older format and was brought up to date; the file as it was is kept as { $name }
