# Dialogs: the question for a time, the key help, the palette

dialog-close = Close
dialog-cancel = Cancel

go-to-title = Go to time
go-to-hint = 1:23.5, or f120 for frame 120
go-to-go = Go
go-to-error = Type a time such as 1:23.5, or a frame such as f120

keys-title = Keys
keys-search = Search
    .name = Search the keys
keys-change = Change keys…
keys-none-found = No command is called so, and no key either
keys-wheel = In the timeline: the wheel zooms, Shift with the wheel or the middle button moves, a double click fits

palette-search = What shall be done?
    .name = Search the commands
palette-none-found = No command is called so
palette-row-keys = { $text }, { $keys }
palette-row-disabled = { $text }, not possible now
