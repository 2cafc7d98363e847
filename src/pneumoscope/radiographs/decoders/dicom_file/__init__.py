"""How a DICOM is read: elements, then pixels as stored, then grey levels; needs the extra dicom."""
