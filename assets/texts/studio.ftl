# The project and its labels: what the window says about them.

studio-first-set = Labels
studio-mark-in-first = Say first where the segment begins
studio-class-first = Choose first with which class to draw
studio-upgraded = This project had an older format and was brought up to date; the file as it was is kept as { $name }
studio-snapshot-written = The picture is kept as { $name }
studio-clips-cut = { $count ->
    [one] One clip was cut into { $folder }
   *[other] { $count } clips were cut into { $folder }
}
studio-no-clips = There is no label to cut out; draw one, or accept a prediction
studio-imported = The labels are in the project now; Undo takes them back, video by video
studio-exported = { $count ->
    [one] One file was written
   *[other] { $count } files were written
}
studio-cutting = Cutting clips: { $done } of { $total } frames

export-title = Export labels
export-format = Format
export-what = Videos
export-all = All of the queue
export-marked = The selected ones
export-predictions = Predictions, too
export-go = Choose a folder…
export-none = There is no label to export yet
import-title = Import labels
import-format = Format: { $name }
import-nothing = Nothing of this can be taken in
import-go = Import
studio-cutting-name = Cutting clips
save-first-title = Changes are not saved
save-first-why = This project cannot be kept where it is. Save it under another name to go on with the other one
save-first-save = Save under another name…
save-first-lose = Lose the changes
