#!/bin/sh
# Becomes the program that the arguments name, with the disk of failing_disk.c beneath it.
LD_PRELOAD="$FAILING_DISK_LIBRARY" exec "$@"
