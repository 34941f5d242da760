# Texts of Kinetoscope in English: what many panels share.
#
# Another language is a file beside the settings, `languages/de.ftl` for instance, with the messages of all files here.
# What it lacks is shown in English.

language-name = English

# Counts. Numbers come with their digits grouped.
count-actions = { $count ->
    [one] 1 action
   *[other] { $count } actions
}
count-classes = { $count ->
    [one] 1 class
   *[other] { $count } classes
}
count-files = { $count ->
    [one] 1 file
   *[other] { $count } files
}
count-labels = { $count ->
    [one] 1 label
   *[other] { $count } labels
}
count-names = { $count ->
    [one] 1 name
   *[other] { $count } names
}
count-videos = { $count ->
    [one] 1 video
   *[other] { $count } videos
}
count-windows = { $count ->
    [one] 1 window
   *[other] { $count } windows
}

# Numbers with their units
percent = { $value } %
percent-below-tenth = <0.1 %
duration-seconds = { $secs } s
duration-minutes = { $mins } min { $secs } s
duration-hours = { $hours } h { $mins } min
bytes-mega = { $number } MB
speed = { $factor }×

class-unnamed = Class { $number }

# Messages above the panels
banner-dismiss = Dismiss message
    .tooltip = Take this message away
banner-details = Details
banner-hide-details = Hide details

engine-died = The compute engine stopped ({ $status }) and is being started again; nothing found so far is lost
engine-restarted = The compute engine was started again
engine-goes-on = The compute engine was started again and goes on with { $videos }
quoted = “{ $name }”

# The bar at the top
top-engine-stopped = Compute engine stopped
top-engine-restarts = Compute engine restarts…
    .tooltip = It goes on where it was
top-untitled = Untitled
top-saved = Saved
    .tooltip = Every change is on the disk
top-saving = Saving…
    .tooltip = Changes are being written
top-not-saved = Not saved: { $why }
top-not-saved-short = Not saved
top-opening = Opening { $name }…
top-opening-part = Opening { $name }: { $done } of { $total } videos
top-saving-as = Saving as { $name }…
top-closing = Saving before closing…
top-read-only = Read only
    .tooltip = This project is open for reading only; changes are not kept. Save it as another project to go on
top-no-file = The project gets a file with the first change
looking-for-devices = Looking for compute devices…

# The first screen
start-drop = Drop videos here
start-drop-now = Drop to open
start-accepted = MP4, MOV, MKV, WebM, AVI and whatever else this computer can decode; one file or many
start-computes-on = Computes on { $device }
start-no-gpu = No GPU was found, so the processor computes: everything works, only slower
start-device-missing = The device “{ $device }” was not found; choose another one once a video is open
start-sample-making = Making the sample: its videos are drawn and analysed, this once
start-missing = Not installed: { $purposes }. What to do: { $remedy }
start-recent = Recent projects
start-recent-row = { $name }, { $folder }
start-drop-to-add = Drop to add { count-files }

# Themes
theme-system = System theme
theme-dark = Dark theme
theme-light = Light theme
scale = Scale { percent }

frame-times = { $total } frames, median { $median } ms, p99 { $p99 } ms, slowest { $slowest } ms (last { $kept })

# The switch between the screens
screens-menu = Screen
screen-tab = Screen: { $name }
screen-tab-badge = Screen: { $name }, { $count ->
    [one] 1 label not learned from yet
   *[other] { $count } labels not learned from yet
}
screen-with-badge = { $name } ({ $count })
bytes-giga = { $number } GB
sort-by = Sort by { $column }

# Curves
chart-nothing = Nothing yet
chart-curve = { $name }: { $value }
chart-epoch = Epoch { $epoch }

# Improve
improve-button = Improve ({ $badge })
improve-run-name = Improve
improve-unlearnt = { $count ->
    [one] 1 label that no checkpoint has learned from
   *[other] { $count } labels that no checkpoint has learned from
}
improve-obstacle-learnt = Every label was learned from already; draw or correct some first
improve-starting = Starting…
improve-progress = Improving the network
improve-step = { $phase }, epoch { $step }, { $time } left
improve-cancel = Cancel improving
improve-done = The network has learned your labels
improve-before-after = Right before: { $before }, now: { $after }
improve-after = Right now: { $after }; the network before did not know these actions
improve-not-held-out = Nothing is held out to judge it on; label more videos to know how good it is
improve-held-out = On { $count ->
    [one] 1 label
   *[other] { $count } labels
} that it did not learn from
improve-keep = Keep
improve-keep-hover = Go on with the improved network
improve-others = { $count ->
    [one] Analyse 1 other video again
   *[other] Analyse { $count } other videos again
}
    .tooltip = Their segments are still those of the network before
improve-others-pending = { $count ->
    [one] 1 other video is analysed again
   *[other] { $count } other videos are analysed again
}
improve-others-cancel = Stop analysing them
improve-go-on = Go on improving
    .tooltip = The last improvement was interrupted; it goes on from its last saved step
improve-take-back = Take back
improve-take-back-hover = Analyse with the network from before again; the improved one goes to the trash

about-title = Kinetoscope { $version }
about-private = Everything is computed on this computer. Nothing is sent anywhere, and nothing is fetched unless you ask for it.
about-parts = Plays and draws with
about-devices = Can compute
about-places = Settings, data and caches
about-update-offline = Fetching is switched off in the settings of the model zoo, so updates are not looked for
about-update-asking = Asking for the newest version…
about-update-newest = This is the newest version
about-update-newer = Version { $version } is there: { $page }
about-close = Close

crash-title = Kinetoscope has ended unexpectedly
crash-safe = Labels and settings were saved at every change. Trainings and analyses go on from their last saved step when you start it again.
crash-report = This report is kept in { $file }. It is sent nowhere; save a copy if you want to tell the developers about it.
crash-report-name = Report
crash-saved = Saved as { $file }
crash-not-saved = The report could not be saved: { $why }
crash-again = Start again
crash-save = Save report…
crash-close = Close
