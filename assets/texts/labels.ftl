# The page for labels, and the actions over the picture

labels-set = Label set
labels-set-new = New label set
    .tooltip = Begin another set of classes; this one stays as it is
labels-set-name = Labels { $number }
labels-set-edit = Name and description
labels-set-title = Name of the set
labels-set-description = What the set is for

labels-classes = { count-classes }
labels-empty = No classes yet; add one below, or accept what a network finds
labels-add = Add class…
labels-add-name = Add class
labels-taken = There is already a class “{ $name }”
labels-class-row = { $name }, { $labels }
labels-class-row-key = { $name }, { $labels }, key { $key }
labels-class-name = Name of the class
labels-rename = Rename
labels-class-edit = Key, description, merging
labels-key = Key
labels-key-place = { $key }, by its place
labels-key-none = None
labels-description = Description
    .hint = What counts as it, and what does not
labels-merge = Merge into…
    .tooltip = Let its labels count as those of another class
labels-delete-class = Delete class
    .tooltip = Take the class out of use; undo brings it back with its labels
labels-color-of = Colour of { $name }
labels-colors = Colour
labels-hue = Colour { $number }
labels-color-other = Another colour…
labels-color-use = Use this colour
labels-color-reset = Colour of its place

labels-selected = Selected segment
labels-none-selected = Click a bar on the timeline to change it here; drag where there is none to draw one
labels-several = { $count } segments selected
labels-class = Class
labels-relabel = Change class
labels-start = Start
    .hint = m:ss.mmm
labels-end = End
labels-length = Length
labels-frame = frame { $frame }
labels-frames = { $count ->
    [one] 1 frame
   *[other] { $count } frames
}
labels-note = Note
labels-note-hint = Write a note

labels-drawn = drawn by hand
labels-drawn-by = drawn by { $person }
labels-a-network = a network
labels-found = found by { $network }
labels-found-with = found by { $network } at { $percent }
labels-unconfirmed = { $found }, not confirmed yet
labels-accepted = { $found }, accepted
labels-accepted-by = { $found }, accepted by { $person }
labels-rejected = { $found }, rejected
labels-rejected-by = { $found }, rejected by { $person }

labels-habits = Labelling
labels-person = Your name
    .hint = It stands beside what you draw
labels-reaction = Reaction delay
    .tooltip = How long after something happens you press the key; bars that are marked while playing begin and end that much earlier

overlay-label = Now: { $name }, labelled
overlay-predicted = Now: { $name }, predicted at { $percent }
overlay-marking = marking
overlay-marking-of = Now: { $name }, being marked
overlay-more = { $count } more
