"""What each forge sends and expects: GitHub, GitLab, Gitea and Forgejo, and a generic protocol.

Pure but for `secret`, which reads where the settings say; whoever asks says what time it is. In
reading order: `address` (where a repository lives, from its url), `signing` (Standard Webhooks,
which the generic protocol and GitLab's signing tokens are), `secret`, then what comes in: `webhook`
(whether a request is genuine, and what it says) and `doorkeeper` (floods and replays); and what
goes out: `status` (a commit's state and how it reads), `request` (how a forge is told), `answer`
(what its answer means), `outbox` (what is still to be told).
"""
