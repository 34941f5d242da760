# The picture and the bar below it

player-nothing = No video chosen
player-nothing-hint = Choose one in the queue
player-picture = Picture of { $video }
player-reading = Reading the file…
player-finding = Finding every frame…
player-finding-share = Finding every frame… { $percent }
player-opening = Opening the video…
player-opening-bar = Opening the video
player-why-index = So that frames, seconds and the timeline agree exactly; kept for the next time
player-zoom = Picture at { $percent }, show all of it
player-more-warnings = { $first } (and { $more } more)

transport-start = Go to start
transport-end = Go to end
transport-frame-back = Frame back
transport-frame-forward = Frame forward
transport-play = Play
transport-pause = Pause
transport-loop = Loop
transport-speed = Speed
    .tooltip = Playing speed
transport-speed-keys = Playing speed ({ $slower } slower, { $faster } faster, { $normal } normal)
transport-frame = frame { $frame } / { $last }
transport-frame-short = f{ $frame }
transport-frame-hint = The number of the frame shown, and of the last one; counted from 0
transport-end-time = / { $end }
