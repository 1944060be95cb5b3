"""`python -m stream_app`: the command `stream-app`, for who has only the package."""

from stream_app.cli.main import main

main()
