# The settings

settings-title = Settings
settings-page-keys = Keys
settings-page-look = Look
settings-close = Close settings
    .tooltip = Back to the videos (Esc)

settings-profile = Profile
    .tooltip = Whose keys are used where you have not changed them
profile-editor = Editor (J K L)
profile-mpv = mpv
profile-elan = ELAN
profile-boris = BORIS
settings-reset-all = Reset all
    .tooltip = Give every command the profile’s keys again
settings-reset-key = Reset the keys of “{ $command }”
settings-add-key = Add a key for “{ $command }”
settings-remove-key = Take { $keys } away from “{ $command }”
settings-press-key = Press a key…
    .tooltip = Esc leaves the keys as they are
settings-clash = { $keys } means “{ $owner }” already
settings-take-key = Take it away there
settings-leave-key = Leave it there

key-issue-command = “{ $name }” is not a command
key-issue-key = “{ $part }” in “{ $text }” ({ $command }) is not a key
key-issue-clash = { $keys } is given to both { $owner } and { $command }; { $owner } keeps it

settings-theme = Theme
settings-scale = Scale
settings-motion = Motion
settings-reduce-motion = Reduce motion
    .tooltip = Nothing folds, fades or slides
settings-language = Language
    .hint = Another language is a file, such as de.ftl, in the folder “languages” beside the settings; it is read when the program starts
