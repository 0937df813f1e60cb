"""A wire between two network namespaces: wire.py PEER_PID MILLISECONDS [--vlan ID].

Plain: a tun device in this namespace (10.9.0.1) and one in the namespace of PEER_PID (10.9.0.2), each packet carried over
after MILLISECONDS. With --vlan: tap devices instead, and between them the trunk of a switch: a pair of devices, trunk-a and
trunk-b, on which every Ethernet frame wears an 802.1Q tag. Prints "ready", then runs until it is killed.
"""
import ctypes, fcntl, heapq, os, select, socket, struct, subprocess, sys, time

TUNSETIFF, IFF_TUN, IFF_TAP, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 1, 2, 0x1000, 0x40000000


def main(peer_pid, milliseconds, vlan):
    here = device("wire-a", "10.9.0.1", vlan is not None)
    back = os.open("/proc/self/ns/net", os.O_RDONLY)
    enter(os.open(f"/proc/{peer_pid}/ns/net", os.O_RDONLY))
    there = device("wire-b", "10.9.0.2", vlan is not None)
    enter(back)
    if vlan is None:
        print("ready", flush=True)
        delay_line({here: there, there: here}, milliseconds / 1000)
    else:
        trunk_a, trunk_b = trunk()
        print("ready", flush=True)
        switch(here, there, trunk_a, trunk_b, struct.pack(">HH", 0x8100, vlan))


def device(name, address, ethernet):
    handle = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(handle, TUNSETIFF, struct.pack("16sH22x", name.encode(), (IFF_TAP if ethernet else IFF_TUN) | IFF_NO_PI))
    quiet_ipv6(name)
    run(f"ip address add {address}/24 dev {name}")
    run(f"ip link set {name} up")
    return handle


def trunk():
    run("ip link add name trunk-a type veth peer name trunk-b")
    ends = []
    for name in ("trunk-a", "trunk-b"):
        quiet_ipv6(name)
        run(f"ip link set {name} up")
        end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        end.bind((name, 0))
        ends.append(end)
    return ends


def delay_line(across, seconds):
    """Each packet leaves on the other side when its time has come, in the order of arrival."""
    waiting, number = [], 0
    while True:
        pause = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        for handle in select.select(list(across), [], [], pause)[0]:
            number += 1
            heapq.heappush(waiting, (time.monotonic() + seconds, number, across[handle], os.read(handle, 65536)))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, out, packet = heapq.heappop(waiting)
            os.write(out, packet)


def switch(here, there, trunk_a, trunk_b, tag):
    """Access port, tag on, trunk, tag off, access port. The kernel itself takes the tag off what a packet socket receives."""
    to_trunk, from_trunk = {here: trunk_a, there: trunk_b}, {trunk_a: here, trunk_b: there}
    while True:
        for end in select.select([*to_trunk, *from_trunk], [], [])[0]:
            if end in to_trunk:
                frame = os.read(end, 65536)
                to_trunk[end].send(frame[:12] + tag + frame[12:])
            else:
                frame, (_, _, kind, *_) = end.recvfrom(65536)
                if kind != socket.PACKET_OUTGOING:
                    os.write(from_trunk[end], frame)


def enter(namespace):
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def quiet_ipv6(name):
    run(f"sysctl -q -w net.ipv6.conf.{name}.disable_ipv6=1")


def run(command):
    subprocess.run(command.split(), check=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[4]) if sys.argv[3:4] == ["--vlan"] else None)
