# The queue of videos

queue-add = Add videos
queue-row = { $name }, { $length }, { $status }
queue-cancel = Cancel analysis
queue-unreadable = Cannot be read
queue-waits = Waits for its turn
queue-activity = { $activity } { $percent }
queue-resuming = Goes on after a restart…
queue-cancelled = Cancelled, { count-actions }
queue-failed = Analysis failed
queue-reading = Reading…
queue-finding = Finding frames
queue-finding-share = Finding frames { $percent }
queue-format = { $width }×{ $height }, { $codec }
queue-hover-format = { $container }, { $codec }
queue-hover-rate = { $container }, { $codec }, { $rate } frames a second
