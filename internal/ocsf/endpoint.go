package ocsf

import (
	"net/netip"
	"strconv"
	"strings"

	"picket/finding"
	"picket/internal/ocsf/schema"
)

// local describes our side of a conversation: an address and port as far as
// the action says them, and the instance. It is nil when nothing is known.
func local(f *finding.Finding, ip *finding.LocalIPDetails, port *finding.LocalPortDetails) *Endpoint {
	e := Endpoint{IP: localAddress(ip), Port: portNumber(port)}
	if d := f.Resource.InstanceDetails; d != nil {
		e.InstanceUID, e.Zone = Text(d.InstanceID), Text(d.AvailabilityZone)
		if len(d.NetworkInterfaces) > 0 {
			e.attach(&d.NetworkInterfaces[0])
		}
	}
	return e.orNil()
}

// attach adds the interface that e is on, and its address where the action
// said none.
func (e *Endpoint) attach(nic *finding.NetworkInterface) {
	e.InterfaceUID, e.SubnetUID, e.VPCUID = Text(nic.NetworkInterfaceID), Text(nic.SubnetID), Text(nic.VpcID)
	if e.IP == "" {
		e.IP = address(nic.PrivateIPAddress)
	}
	if e.IP == "" && len(nic.Ipv6Addresses) > 0 {
		e.IP = address(nic.Ipv6Addresses[0])
	}
}

// remote describes the other side, nil when nothing is known of it.
func remote(r *finding.RemoteIPDetails, port *finding.LocalPortDetails) *Endpoint {
	e := Endpoint{IP: address(r.Address()), Port: portNumber(port)}
	if r != nil {
		e.Location, e.AutonomousSystem = location(r), autonomousSystem(r.Organization)
	}
	return e.orNil()
}

// orNil is e, nil when it has nothing that OCSF accepts as an endpoint's
// identity.
func (e Endpoint) orNil() *Endpoint {
	if e.IP == "" && e.InstanceUID == "" && e.InterfaceUID == "" && e.SvcName == "" {
		return nil
	}
	return &e
}

func localAddress(d *finding.LocalIPDetails) string {
	switch {
	case d == nil:
		return ""
	case d.IPAddressV4 != "":
		return address(d.IPAddressV4)
	}
	return address(d.IPAddressV6)
}

// address is s in its usual form, "" when it is no address.
func address(s string) string {
	ip, err := netip.ParseAddr(s)
	if err != nil {
		return ""
	}
	return ip.WithZone("").String()
}

func portNumber(d *finding.LocalPortDetails) int {
	if d == nil || d.Port < 0 || d.Port > schema.MaxPort {
		return 0
	}
	return d.Port
}

// location is where an address is, nil when neither its country nor its city
// is known: OCSF has no place without either.
func location(r *finding.RemoteIPDetails) *Location {
	var l Location
	if r.Country != nil {
		l.Country, l.Desc = Text(strings.ToUpper(r.Country.CountryCode)), Text(r.Country.CountryName)
	}
	if r.City != nil {
		l.City = Text(r.City.CityName)
	}
	if l.Country == "" && l.City == "" {
		return nil
	}
	if g := r.GeoLocation; g != nil {
		l.Lat, l.Long = &g.Lat, &g.Lon
	}
	if r.Organization != nil {
		l.ISP = Text(r.Organization.ISP)
	}
	return &l
}

func autonomousSystem(o *finding.Organization) *AutonomousSystem {
	if o == nil {
		return nil
	}
	n, _ := strconv.ParseUint(o.ASN, 10, 32) // 0 is reserved (RFC 7607): as good as none
	if n == 0 && o.ASNOrg == "" {
		return nil
	}
	return &AutonomousSystem{Number: uint32(n), Name: Text(o.ASNOrg)}
}

// directions are the directions of a connection by GuardDuty's names.
var directions = map[string]caption{"INBOUND": {1, "Inbound"}, "OUTBOUND": {2, "Outbound"}}

// protocols are IANA's numbers and lower-case names (Protocol Numbers
// registry) by the names GuardDuty uses.
var protocols = map[string]caption{
	"ICMP": {1, "icmp"}, "IGMP": {2, "igmp"}, "TCP": {6, "tcp"}, "UDP": {17, "udp"}, "GRE": {47, "gre"},
	"ESP": {50, "esp"}, "AH": {51, "ah"}, "ICMPv6": {58, "ipv6-icmp"}, "SCTP": {132, "sctp"},
}

// connection describes how two endpoints talked. Protocol is GuardDuty's name
// of it, a number where it has none, or "".
func connection(direction, protocol string, src, dst *Endpoint) *ConnectionInfo {
	d, ok := directions[direction]
	if !ok {
		d = caption{0, "Unknown"}
	}
	c := &ConnectionInfo{DirectionID: d.id, Direction: d.name, ProtocolVerID: ipVersion(src, dst)}
	if p, ok := protocols[protocol]; ok {
		c.ProtocolNum, c.ProtocolName = p.id, p.name
	} else if n, err := strconv.ParseUint(protocol, 10, 8); err == nil {
		c.ProtocolNum = int(n)
	}
	return c
}

// ipVersion is 4 or 6, 0 when no endpoint has an address.
func ipVersion(ends ...*Endpoint) int {
	for _, e := range ends {
		if e == nil || e.IP == "" {
			continue
		}
		if ip, err := netip.ParseAddr(e.IP); err == nil && ip.Unmap().Is4() {
			return 4
		}
		return 6
	}
	return 0
}
