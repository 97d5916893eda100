"""The command line: one file for each subject, one function for each command.

In reading order: `main` (all commands by section, loaded when called), `command` (what every
command does about a server and about errors), `remote` (asking a server), `output`, `tables` and
`words` (what people and programs read); then the commands: `serving`, `validating`, `planning`,
`testing`, `getting`, `history`, `status`, `changing`, `holding`, `following`, `tracing`,
`keeping`, `about`.

Exit codes: 0 done · 1 a negative answer · 2 usage, or no answer at all · 3 timed out · 4 refused by
subscribers · 5 conflict.
"""
