#!/bin/sh
# Becomes the program that the arguments name, on the disk of failing_disk.c.
LD_PRELOAD="$FAILING_DISK_LIBRARY" exec "$@"
