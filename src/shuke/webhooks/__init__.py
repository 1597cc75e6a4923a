"""What we tell other systems of ourselves: signed as Standard Webhooks says, repeated until it is taken."""
