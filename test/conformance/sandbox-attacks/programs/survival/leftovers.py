"""Files that would be run or found later, wherever such things are looked for."""

import json
import os


def main(arguments):
    mark = json.loads(arguments[0])["mark"]
    places = [
        "/tmp",
        "/var/tmp",
        "/dev/shm",
        "/dev/mqueue",
        "/run",
        "/run/lock",
        "/etc/cron.d",
        "/etc/cron.hourly",
        "/var/spool/cron",
    ]
    places += [
        "/var/spool/cron/crontabs",
        "/etc/init.d",
        "/etc/systemd/system",
        "/etc/profile.d",
        "/etc/ld.so.conf.d",
        "/usr/local/bin",
    ]
    places += [
        "/root",
        "/home",
        os.path.expanduser("~/.config/autostart"),
        os.path.expanduser("~/.config/systemd/user"),
        "/",
        "/job",
    ]
    places += [
        os.path.expanduser("~"),
        os.path.expanduser("~/.local/lib/python3.11/site-packages"),
        "/var/lib",
        "/opt",
        "/srv",
    ]
    for place in places:
        for make in (os.makedirs, lambda path: open(path, "w").write("* * * * * root touch /tmp/attack\n")):
            try:
                make(f"{place}/{mark}")
                break
            except OSError:
                pass
    os.system(f"(crontab -l; echo '* * * * * touch /tmp/{mark}') 2>/dev/null | crontab - 2>/dev/null")
    os.system(f"echo 'touch /tmp/{mark}' | at now + 1 minute 2>/dev/null")
    os.system(f"systemd-run --user touch /tmp/{mark} 2>/dev/null")
    os.system(f"nohup sh -c 'sleep 100; touch /tmp/{mark}' >/dev/null 2>&1 &")
