from shuke.cli import main

main()
