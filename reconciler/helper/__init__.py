"""The Slack app behind `/incident`: what people type becomes commits, and nothing else.

A payload becomes a wish (`asked`, `words`, `forms`), a wish is allowed or refused (`rights`), and an allowed
one opens a form, shows something, or is carried out at the desk (`clerk`). All of that is plain data until
`app` hands it to Bolt. Answers are kept up to date by `watch`, from what the reconciler remembers.
"""
