/*
 * Preloaded into a process, plays the disk under its files: their content reaches the disk (a second
 * directory) only when they are synced. At a chosen sync the process dies instead, as in a power
 * failure: what it wrote since the previous sync is then only in its files, which the test replaces
 * with what is on the disk.
 *
 *   FAILING_DISK_FILES  the directory of the files; all other files are left alone
 *   FAILING_DISK_DISK   the directory that plays the disk
 *   FAILING_DISK_NAME   the file whose syncs count; if it is empty, all files and the directory count
 *   FAILING_DISK_AT     the sync at which to die, from 1 on; 0 for none
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static long syncs = 0;

/* Ends the process, and with it the test: a disk that does not work as intended would prove nothing. */
static void give_up(const char *what) {
  perror(what);
  _exit(70);
}

static const char *variable(const char *name) {
  const char *value = getenv(name);
  if (value == NULL) give_up(name);
  return value;
}

static void join(char *path, const char *directory, const char *name) {
  if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX) give_up(name);
}

/* Copies the whole file, because a sync includes what an earlier process has written. */
static void put_on_disk(const char *from, const char *to) {
  static char block[1 << 16];
  int source = open(from, O_RDONLY | O_CLOEXEC);
  int target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (source < 0 || target < 0) give_up(from);
  ssize_t length;
  while ((length = read(source, block, sizeof block)) > 0) {
    if (write(target, block, length) != length) give_up(to);
  }
  if (length < 0) give_up(from);
  close(source);
  close(target);
}

/* Removes and adds names, so that both directories have the same ones; a new name is an empty file. */
static void put_names_on_disk(const char *files, const char *disk) {
  char path[PATH_MAX], other[PATH_MAX];
  struct dirent *entry;
  DIR *listing = opendir(disk);
  if (listing == NULL) give_up(disk);
  while ((entry = readdir(listing)) != NULL) {
    join(path, files, entry->d_name);
    join(other, disk, entry->d_name);
    if (access(path, F_OK) != 0 && unlink(other) != 0) give_up(other);
  }
  closedir(listing);
  listing = opendir(files);
  if (listing == NULL) give_up(files);
  while ((entry = readdir(listing)) != NULL) {
    join(path, disk, entry->d_name);
    if (access(path, F_OK) == 0) continue;
    int made = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (made < 0) give_up(path);
    close(made);
  }
  closedir(listing);
}

static void die_if_it_is_time(const char *name) {
  const char *wanted = variable("FAILING_DISK_NAME");
  if (wanted[0] != '\0' && strcmp(wanted, name) != 0) return;
  if (++syncs != atol(variable("FAILING_DISK_AT"))) return;
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* Syncs the file, or dies, if it is one of those on this disk. Returns whether it is. */
static int sync_if_ours(int file) {
  const char *files = getenv("FAILING_DISK_FILES");
  if (files == NULL) return 0;
  char link[64], path[PATH_MAX], target[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  size_t prefix = strlen(files);
  if (strncmp(path, files, prefix) != 0 || (path[prefix] != '/' && path[prefix] != '\0')) return 0;
  const char *disk = variable("FAILING_DISK_DISK");
  const char *name = path[prefix] == '/' ? path + prefix + 1 : "";
  pthread_mutex_lock(&one_at_a_time);
  die_if_it_is_time(name);
  if (name[0] == '\0') {
    put_names_on_disk(files, disk);
  } else {
    join(target, disk, name);
    put_on_disk(path, target);
  }
  pthread_mutex_unlock(&one_at_a_time);
  return 1;
}

static int pass_on(const char *function, int file) {
  int (*original)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
  if (original == NULL) give_up(function);
  return original(file);
}

int fsync(int file) { return sync_if_ours(file) ? 0 : pass_on("fsync", file); }

int fdatasync(int file) { return sync_if_ours(file) ? 0 : pass_on("fdatasync", file); }
