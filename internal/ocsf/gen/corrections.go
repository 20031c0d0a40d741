package main

import "picket/internal/ocsf/schema"

// What the export lacks or has wrong, from the definition of OCSF 1.2.0
// (github.com/ocsf/ocsf-schema at v1.2.0; the files are named below).

// hiddenConstraints are the constraints of base objects that the export leaves
// out (objects/_entity.json; objects/_resource.json extends it).
var hiddenConstraints = map[string][]string{
	"_entity":   {"name", "uid"},
	"_resource": {"name", "uid"},
}

// findingStatus are the captions of status_id in all findings, for which the
// export has those of other events (events/findings/finding.json).
var findingStatus = map[string]string{"1": "New", "2": "In Progress"}

// observableTypes are the values of observable.type_id, which OCSF gathers from
// everything that is marked as observable: types and attributes in
// dictionary.json …
var observableTypes = map[string]string{
	"1": "Hostname", "2": "IP Address", "3": "MAC Address", "4": "User Name", "5": "Email Address", "6": "URL String",
	"7": "File Name", "8": "Hash", "9": "Process Name", "10": "Resource UID", "11": "Port", "12": "Subnet",
	"13": "Command Line", "14": "Country", "15": "Process ID", "16": "HTTP User-Agent",
	"17": "", "18": "", // in objects/cwe.json and objects/cve.json, not captioned there
}

// … and whole objects (objects/*.json). Their captions are in the export.
var observableObjects = map[string]string{
	"20": "endpoint", "21": "user", "22": "email", "23": "url", "24": "file", "25": "process", "26": "location",
	"27": "container", "28": "reg_key", "29": "reg_value", "30": "fingerprint",
}

// correct repairs what is known to be wrong in a cut.
func (e *export) correct(s *schema.Schema) {
	for _, class := range s.Classes {
		if a := class.Attributes["status_id"]; a != nil && e.extends(class.Name, "finding") {
			for id, caption := range findingStatus {
				a.Enum[id] = caption
			}
		}
	}
	o := s.Objects["observable"]
	if o == nil {
		return
	}
	enum := o.Attributes["type_id"].Enum
	for id, caption := range observableTypes {
		enum[id] = caption
	}
	for id, object := range observableObjects {
		enum[id] = e.Objects[object].Caption
	}
}

// extends reports whether the class is the ancestor or comes from it.
func (e *export) extends(class, ancestor string) bool {
	for ; class != ""; class = e.Classes[class].Extends {
		if class == ancestor {
			return true
		}
	}
	return false
}
