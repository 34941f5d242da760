# What the user can do: the text of menus and buttons, and a sentence for those who hover.

group-file = File
group-edit = Edit
group-playback = Playback
group-timeline = Timeline
group-label = Label
group-analysis = Analysis
group-view = View
group-window = Window

command-with-keys = { $tooltip } ({ $keys })

# Projects and files
command-new-project = New project…
    .tooltip = Choose where a new project shall be kept
command-open-project = Open project…
    .tooltip = Go on with a project
command-open-sample = Open sample
    .tooltip = A project with made-up videos: see a network at work, and teach it something new
command-save-project-as = Save project as…
    .tooltip = Go on in a copy of this project
command-open = Open videos…
    .tooltip = Choose one or more video files
command-import = Import labels…
    .tooltip = Take in segments from a file of another program
command-export = Export labels…
    .tooltip = Write segments for other programs
command-export-clips = Export clips…
    .tooltip = Cut the videos into one file for each segment, a folder for each class
command-open-checkpoint = Open checkpoint…
    .tooltip = Choose the network’s weights: a CSN checkpoint (.pth)
command-open-labels = Open labels…
    .tooltip = Choose the names of the classes: a text file with one name a line
command-previous-video = Previous video
    .tooltip = Watch the video above in the queue
command-next-video = Next video
    .tooltip = Watch the video below in the queue
command-remove-video = Remove from queue
    .tooltip = Take the video out of the queue; the file stays where it is
command-quit = Quit
    .tooltip = Close the window

# Segments and markers
command-undo = Undo
    .tooltip = Take back the last change
command-redo = Redo
    .tooltip = Make the change again that was taken back
command-mark-in = Mark start
    .tooltip = Let a segment start at the playhead
command-mark-out = Mark end
    .tooltip = Let the segment end at the playhead
command-split-segment = Split segment
    .tooltip = Cut the segment in two at the playhead
command-merge-segments = Merge segments
    .tooltip = Make one segment of those that are selected
command-delete-segment = Delete segment
    .tooltip = Take the selected segments away
command-nudge-start-back = Start one frame earlier
    .tooltip = Move the start of the segment one frame back
command-nudge-start-forward = Start one frame later
    .tooltip = Move the start of the segment one frame forward
command-nudge-end-back = End one frame earlier
    .tooltip = Move the end of the segment one frame back
command-nudge-end-forward = End one frame later
    .tooltip = Move the end of the segment one frame forward
command-add-marker = Add marker
    .tooltip = Mark the moment at the playhead
command-select-all-videos = Select all videos
    .tooltip = Select every video of the queue

# Playing
command-play-pause = Play or pause
    .tooltip = Play, or stop where it is
command-slower = Slower
    .tooltip = Play slower
command-faster = Faster
    .tooltip = Play faster
command-normal-rate = Normal speed
    .tooltip = Play at normal speed
command-frame-back = Frame back
    .tooltip = Show the frame before this one
command-frame-forward = Frame forward
    .tooltip = Show the frame after this one
command-second-back = One second back
    .tooltip = Go one second back
command-second-forward = One second forward
    .tooltip = Go one second forward
command-five-seconds-back = Five seconds back
    .tooltip = Go five seconds back
command-five-seconds-forward = Five seconds forward
    .tooltip = Go five seconds forward
command-minute-back = One minute back
    .tooltip = Go one minute back
command-minute-forward = One minute forward
    .tooltip = Go one minute forward
command-start = Go to start
    .tooltip = Show the first frame
command-end = Go to end
    .tooltip = Show the last frame
command-go-to = Go to time…
    .tooltip = Type a time or a frame number to go to
command-play-selection = Play selection
    .tooltip = Play the selected segment
command-play-around = Play around selection
    .tooltip = Play the selected segment and a little before and after it
command-toggle-loop = Loop
    .tooltip = Start again at the end
command-snapshot = Snapshot
    .tooltip = Keep the frame that is shown as a picture

# The timeline
command-previous-segment = Previous segment
    .tooltip = Go to the start of the segment before the playhead
command-next-segment = Next segment
    .tooltip = Go to the start of the segment after the playhead
command-previous-disagreement = Previous disagreement
    .tooltip = Go back to where labels and predictions differ
command-next-disagreement = Next disagreement
    .tooltip = Go on to where labels and predictions differ
command-next-uncertain = Most uncertain
    .tooltip = Go to the moment of which the network is least certain
command-zoom-in = Zoom in
    .tooltip = Show less of the video in the timeline
command-zoom-out = Zoom out
    .tooltip = Show more of the video in the timeline
command-zoom-fit = Zoom to fit
    .tooltip = Show the whole video in the timeline

# Judging predictions
command-accept-prediction = Accept prediction
    .tooltip = Make a label of what the network has found
command-reject-prediction = Reject prediction
    .tooltip = Say that what the network has found is wrong
command-toggle-fully-labelled = Fully labelled
    .tooltip = Say that nothing is missing in this stretch, or take that back

# Analysing
command-analyse = Analyse
    .tooltip = Find actions in this video
command-analyse-all = Analyse all
    .tooltip = Find actions in all videos of the queue that are not analysed yet
command-cancel-analysis = Cancel analysis
    .tooltip = Stop; what was found so far stays
command-improve = Improve
    .tooltip = Teach the network what was labelled and corrected since it was last trained

# The look
command-zoom-picture-in = Enlarge picture
    .tooltip = Show less of the picture, larger
command-zoom-picture-out = Shrink picture
    .tooltip = Show more of the picture, smaller
command-reset-picture = Whole picture
    .tooltip = Show all of the picture
command-toggle-overlay = Actions over the picture
    .tooltip = Show or hide the current actions over the picture
command-larger-interface = Larger interface
    .tooltip = Draw text and controls larger
command-smaller-interface = Smaller interface
    .tooltip = Draw text and controls smaller
command-show-frame-times = Frame times
    .tooltip = How long the interface took to draw its last frames

# Screens and dialogs
command-show-videos = Analyse videos
    .tooltip = The videos, their timelines and what was found in them
command-show-training = Train
    .tooltip = Teach a network your labels: data, settings, curves and runs
command-show-checkpoints = Checkpoints
    .tooltip = The networks that were trained here
command-show-zoo = Model zoo
    .tooltip = The published networks: fetch one, or show where its file is
command-show-labels = Label sets
    .tooltip = The classes: names, colours and keys
command-show-review = Review
    .tooltip = The moments most worth a look, one after the other
command-show-results = Results
    .tooltip = Every segment in a table
command-show-totals = Totals
    .tooltip = How often and how long, for each class
command-show-history = History
    .tooltip = Every change, and who made it
command-show-settings = Settings…
    .tooltip = Keys, theme, scale and language
command-show-palette = All commands…
    .tooltip = Find a command by its name
command-show-keys = Keys
    .tooltip = All keys
command-check-for-updates = Check for updates
    .tooltip = Asks the project’s page for the newest version; done only when you ask
command-show-about = About Kinetoscope
    .tooltip = Version, what plays, draws and computes here, and where things are kept
