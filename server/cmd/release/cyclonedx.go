package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// The words of CycloneDX 1.6 that are used here.
type (
	bom struct {
		Schema       string       `json:"$schema"`
		Format       string       `json:"bomFormat"`
		Spec         string       `json:"specVersion"`
		Serial       string       `json:"serialNumber"`
		Version      int          `json:"version"`
		Metadata     metadata     `json:"metadata"`
		Components   []component  `json:"components"`
		Dependencies []dependency `json:"dependencies"`
	}
	metadata struct {
		Component component `json:"component"`
	}
	component struct {
		Type     string    `json:"type"`
		Ref      string    `json:"bom-ref"`
		Name     string    `json:"name"`
		Version  string    `json:"version"`
		URL      string    `json:"purl,omitempty"`
		Hashes   []hash    `json:"hashes,omitempty"`
		Licences []licence `json:"licenses,omitempty"`
	}
	hash struct {
		Alg     string `json:"alg"`
		Content string `json:"content"`
	}
	licence struct {
		License struct {
			ID string `json:"id"`
		} `json:"license"`
	}
	dependency struct {
		Ref string   `json:"ref"`
		On  []string `json:"dependsOn"`
	}
)

// cycloneDX describes a release. Its serial number is made of its content, and
// no time stands in it: the same release has the same document.
func cycloneDX(version string, parts []part) ([]byte, error) {
	root := component{Type: "application", Ref: "tongban@" + version, Name: "tongban", Version: version}
	doc := bom{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Metadata: metadata{root}, Components: []component{}, Dependencies: []dependency{{Ref: root.Ref, On: []string{}}},
	}
	sum := sha256.New()
	for _, p := range parts {
		c := component{Type: "library", Ref: p.URL, Name: p.Name, Version: p.Version, URL: p.URL, Licences: make([]licence, 1)}
		c.Licences[0].License.ID = p.Licence
		if p.SHA512 != "" {
			c.Hashes = []hash{{"SHA-512", p.SHA512}}
		}
		doc.Components = append(doc.Components, c)
		doc.Dependencies[0].On = append(doc.Dependencies[0].On, p.URL)
		sum.Write([]byte(p.URL + "\n"))
	}
	doc.Serial = "urn:uuid:" + uuid(sum.Sum([]byte(version)))
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// uuid makes a UUID of version 8 (RFC 9562) from bytes.
func uuid(from []byte) string {
	b := sha256.Sum256(from)
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
