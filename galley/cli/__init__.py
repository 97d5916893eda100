"""The command line: one file for each subject, one function for each command.

In reading order: `main` (all commands by section, loaded when called), `command` (what every
command does about a server and about errors), `options`, `failure`, `remote` (asking a server),
`output`, `tables`, `words`, `writing` and `progress` (what people and programs read). Then the
commands: `demo` and `tour`, `serving`; `validating`, `planning`, `testing` (with `loading`,
`inline`: the pipeline without a service; `suites`: unit tests; `checkout`, `baseline`: the
repository around the files; `given`: what is sent to be planned; `verdicts`, `foretold`,
`reporting`, `reports`: how findings are told); `status`, `getting`, `history` with `affected` and
`refused`, `tracing`, `subscribers`, `subscribing`, `following`; `changing`, `holding`; `keeping`,
`restoring`, `checking`; `about`; and `reference` with `documented` and `kinds_page` (docs made of
the code).

Exit codes: 0 done · 1 a negative answer · 2 usage, or no answer at all · 3 timed out · 4 refused by
subscribers · 5 conflict.
"""
