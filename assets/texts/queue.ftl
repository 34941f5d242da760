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

queue-length = { $length } in all
queue-with-done = { $text }, { $count } done
queue-with-broken = { $text }, { $count } unreadable
queue-analyse-all = Analyse all
queue-analyse-selected = Analyse { $count } selected
    .tooltip = Analyse the watched video and those that are selected with it
queue-status-labels = { $status }, { $labels }
queue-missing = Not found, Find…
queue-missing-hint = The file is not where it was; Find… in the menu of this row looks for it again
queue-find = Find…
queue-up = Move up
queue-down = Move down
queue-top = Move to the top
queue-bottom = Move to the end
queue-mark = Mark as: { $work }
queue-note = Note…
queue-remove = Remove { count-videos }
